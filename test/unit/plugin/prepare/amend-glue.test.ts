import { describe, expect, it } from 'vitest';
import {
  amendGlue,
  TASK_RESOLVED,
  TEXT_DECODER,
} from '../../../../engine/plugin/prepare/amend-glue.ts';

const GLUE = `
const debug = globalThis?.process?.env?.JCO_DEBUG;
${TEXT_DECODER}
function end(createdTask) { ${TASK_RESOLVED} }
function other(createdTask) { ${TASK_RESOLVED} }
`;

describe('generated code', () => {
  it('is changed at every place', () => {
    const amended = amendGlue(GLUE);
    expect(amended).not.toContain('JCO_DEBUG');
    expect(amended).not.toContain(TEXT_DECODER);
    expect(amended.match(/clearCurrentTask\(componentIdx, taskID\);/g)).toHaveLength(2);
    expect(amended.match(/decoder\.decode\(bytes\)/g)).toHaveLength(1);
  });

  it.each([
    ['debugging switch', 'process?.env?.JCO_DEBUG', 'process.env.JCO_DEBUG'],
    ['end of a host call', 'createdTask.resolve([syncRes])', 'createdTask.resolve(syncRes)'],
    ['decoder of texts', 'new TextDecoder()', 'new TextDecoder("utf-8")'],
  ])('that has another %s than the one that is known is not used', (place, from, to) => {
    expect(() => amendGlue(GLUE.replaceAll(from, to))).toThrow(
      `the generated code has no ${place} that is known`,
    );
  });

  it('of a plugin that calls no host has no end of a host call', () => {
    const glue = GLUE.split('\n').filter((line) => !line.includes('createdTask'));
    expect(() => amendGlue(glue.join('\n'))).not.toThrow();
  });
});
