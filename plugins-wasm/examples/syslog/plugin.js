import { LineSource } from 'tiercel/js/line-source';
import { definePlugin } from 'tiercel/js/plugin';
import manifest from './manifest.json';
import { readMessage } from './message.js';

export const { plugin, source, extractor } = definePlugin({
  manifest,
  source: new LineSource({
    time: (line) => {
      const { time } = readMessage(line);
      return time && new Date(time);
    },
  }),
  parse: readMessage,
  fields: {
    'syslog.facility': (message) => message.facility,
    'syslog.severity': (message) => message.severity,
    'syslog.level': (message) => message.level,
    'syslog.host': (message) => message.host,
    'syslog.app': (message) => message.app,
    'syslog.procid': (message) => message.procid,
    'syslog.msgid': (message) => message.msgid,
    'syslog.data': (message, key) => message.data.get(key),
    'syslog.message': (message) => message.message,
  },
});
