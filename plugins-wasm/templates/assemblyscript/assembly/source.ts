// Which JSON objects are events, and when they happened.

import { ElementView } from 'tiercel/sdk/element-view';
import { JsonShape } from 'tiercel/sdk/json-shape';
import { FileVerdict, NO_TIME, Verdict } from 'tiercel/sdk/record-shape';
import { parseTime } from 'tiercel/sdk/times';

const TIME = 0;
const ACTION = 1;

export class LogShape extends JsonShape {
  private readonly view: ElementView = new ElementView(['/time', '/action']);

  /** Objects around arrays of events, as in `{"events": [ … ]}`. */
  get envelopeKeys(): string[] {
    return ['events'];
  }

  get fileNames(): string {
    return '*.jsonl, *.log';
  }

  judgeFile(path: string): FileVerdict {
    const name = path.endsWith('.gz') ? path.substring(0, path.length - 3) : path;
    return name.endsWith('.jsonl') || name.endsWith('.log') ? FileVerdict.Read : FileVerdict.LookInside;
  }

  judge(start: usize, end: usize): Verdict {
    const view = this.view;
    view.walk(start, end);
    if (!view.text(ACTION)) {
      this.reason = 'has no action';
      return Verdict.Lost;
    }
    this.eventStart = start;
    this.eventEnd = end;
    this.time = view.text(TIME) ? parseTime(view.textStart, view.textSize) : NO_TIME;
    return Verdict.Event;
  }

  judgeString(_start: usize, _end: usize): Verdict {
    this.reason = 'a text is no event';
    return Verdict.Lost;
  }
}
