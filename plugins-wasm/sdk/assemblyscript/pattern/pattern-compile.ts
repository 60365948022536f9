// A tree of an expression as a machine that reads each byte once. First the expression is a net of steps: some take a
// byte, some only fork, or note where a part begins or ends. A state of the machine is then the ordered list of steps
// that the line may be before: its threads, the one that an expression prefers first. Each has registers of its own,
// which say where its parts are. What a byte does is settled when the machine is made: the state that follows, and
// which registers are copied and noted. (Tagged automata with one byte of lookahead, Laurikari 2000, Kuklewicz 2007.)

import { ByteSet } from './byte-set';
import { ENDLESS, NodeKind, PatternNode } from './pattern-parse';

const STEPS_MAX: i32 = 8192;
const STATES_MAX: i32 = 4096;
const THREADS_MAX: i32 = 64;
export const TOO_OPEN: string = 'the pattern leaves too much open: say more exactly what may stand where';

class PatternStep {
  /** Bytes that it takes; null: it takes none. */
  set: ByteSet | null = null;
  /** Bit that it notes, or -1. */
  note: i32 = -1;
  isEnd: bool = false;
  readonly next: i32[] = [];
}

/** What happens to the registers: of each thread from which one they come, and which bits are noted. */
export class PatternAction {
  readonly sources: i32[] = [];
  readonly notes: u64[] = [];

  /** Each thread keeps its own registers. */
  get isInPlace(): bool {
    for (let index = 0; index < this.sources.length; index++) if (this.sources[index] != index) return false;
    return true;
  }

  get isNothing(): bool {
    for (let index = 0; index < this.notes.length; index++) if (this.notes[index] != 0) return false;
    return this.isInPlace;
  }

  get key(): string {
    let key = '';
    for (let index = 0; index < this.sources.length; index++) {
      key += this.sources[index].toString() + ':' + this.notes[index].toString() + ' ';
    }
    return key;
  }
}

export class PatternState {
  /** By the class of the byte: the state that follows, or -1, and the number of the action before it. */
  readonly next: i32[] = [];
  readonly actions: i32[] = [];
  /** The thread that a line takes which ends here, and what it notes at the end; -1: none may. */
  lastThread: i32 = -1;
  lastNotes: u64 = 0;
  /** Bytes that end the loop in which it stays, as two ranges; empty when it does not stay. */
  loop: u8[] = [];
  constructor(readonly threads: i32[]) {}
}

/** A step that takes a byte, or the end, as it is reached from a thread. */
class Reached {
  constructor(readonly step: i32, readonly thread: i32, readonly notes: u64) {}
}

export class Machine {
  readonly states: PatternState[] = [];
  /** The first does nothing. */
  readonly actions: PatternAction[] = [];
  readonly classOf: StaticArray<i32> = new StaticArray<i32>(256);
  classCount: i32 = 0;
  threadsMax: i32 = 1;
  private readonly steps: PatternStep[] = [];
  private readonly stateOf: Map<string, i32> = new Map<string, i32>();
  private readonly actionOf: Map<string, i32> = new Map<string, i32>();
  private visited: StaticArray<bool> = [];
  private reached: Reached[] = [];

  /** `wanted`: parts that are noted; null: all. */
  constructor(root: PatternNode, private readonly wanted: bool[] | null = null) {
    this.actions.push(new PatternAction());
    const end = this.addStep();
    this.steps[end].isEnd = true;
    const first = this.addNode(root, end);
    this.findClasses();
    this.stateFor([first]);
    for (let index = 0; index < this.states.length; index++) this.fillState(this.states[index]);
    for (let index = 0; index < this.states.length; index++) this.findLoop(this.states[index], index);
  }

  // ---- the net ---------------------------------------------------------------------------------

  private addStep(): i32 {
    if (this.steps.length >= STEPS_MAX) throw new Error(TOO_OPEN);
    this.steps.push(new PatternStep());
    return this.steps.length - 1;
  }

  /** The step with which `node` begins, when `after` follows it. */
  private addNode(node: PatternNode, after: i32): i32 {
    if (node.kind == NodeKind.Set) {
      const step = this.addStep();
      this.steps[step].set = node.set;
      this.steps[step].next.push(after);
      return step;
    }
    if (node.kind == NodeKind.Sequence) {
      let next = after;
      for (let index = node.inside.length - 1; index >= 0; index--) next = this.addNode(node.inside[index], next);
      return next;
    }
    if (node.kind == NodeKind.Choice) {
      const fork = this.addStep();
      for (let index = 0; index < node.inside.length; index++) {
        this.steps[fork].next.push(this.addNode(node.inside[index], after));
      }
      return fork;
    }
    if (node.kind == NodeKind.Group) {
      const wanted = this.wanted;
      if (wanted !== null && !wanted[node.part]) return this.addNode(node.inside[0], after);
      const close = this.addNote(2 * node.part + 1, after);
      return this.addNote(2 * node.part, this.addNode(node.inside[0], close));
    }
    return this.addRepeat(node, after);
  }

  private addNote(note: i32, after: i32): i32 {
    const step = this.addStep();
    this.steps[step].note = note;
    this.steps[step].next.push(after);
    return step;
  }

  private addRepeat(node: PatternNode, after: i32): i32 {
    const inside = node.inside[0];
    let next = after;
    let times = node.min;
    if (node.max == ENDLESS) {
      const fork = this.addStep();
      const again = this.addNode(inside, fork);
      this.addWays(fork, again, after, node.isLazy);
      next = times > 0 ? again : fork;
      times--;
    } else {
      for (let index = node.min; index < node.max; index++) {
        const fork = this.addStep();
        this.addWays(fork, this.addNode(inside, next), after, node.isLazy);
        next = fork;
      }
    }
    for (let index = 0; index < times; index++) next = this.addNode(inside, next);
    return next;
  }

  private addWays(fork: i32, again: i32, after: i32, isLazy: bool): void {
    const next = this.steps[fork].next;
    next.push(isLazy ? after : again);
    next.push(isLazy ? again : after);
  }

  /** Bytes that all steps treat alike are of one class. */
  private findClasses(): void {
    const examples = new Array<i32>();
    for (let byte = 0; byte < 256; byte++) {
      let found = 0;
      while (found < examples.length && !this.areAlike(examples[found], byte)) found++;
      if (found == examples.length) examples.push(byte);
      this.classOf[byte] = found;
    }
    this.classCount = examples.length;
  }

  private areAlike(a: i32, b: i32): bool {
    for (let index = 0; index < this.steps.length; index++) {
      const set = this.steps[index].set;
      if (set !== null && set.bits[a] != set.bits[b]) return false;
    }
    return true;
  }

  // ---- the states --------------------------------------------------------------------------------

  private stateFor(threads: i32[]): i32 {
    const key = threads.join(' ');
    if (this.stateOf.has(key)) return this.stateOf.get(key);
    if (this.states.length >= STATES_MAX || threads.length > THREADS_MAX) {
      throw new Error(TOO_OPEN);
    }
    this.threadsMax = max(this.threadsMax, threads.length);
    this.stateOf.set(key, this.states.length);
    this.states.push(new PatternState(threads));
    return this.states.length - 1;
  }

  private fillState(state: PatternState): void {
    this.reached = [];
    this.visited = new StaticArray<bool>(this.steps.length);
    for (let thread = 0; thread < state.threads.length; thread++) this.follow(state.threads[thread], thread, 0);
    for (let index = this.reached.length - 1; index >= 0; index--) {
      const reached = this.reached[index];
      if (!this.steps[reached.step].isEnd) continue;
      state.lastThread = reached.thread;
      state.lastNotes = reached.notes;
    }
    for (let byte = 0; byte < 256; byte++) {
      if (this.classOf[byte] == state.next.length) this.addTransition(state, byte);
    }
  }

  /** What is reached first is preferred, and what is reached again is no other way for the rest of the line. */
  private follow(number: i32, thread: i32, notes: u64): void {
    if (this.visited[number]) return;
    this.visited[number] = true;
    const step = this.steps[number];
    if (step.isEnd || step.set !== null) {
      this.reached.push(new Reached(number, thread, notes));
      return;
    }
    const noted = step.note < 0 ? notes : notes | ((<u64>1) << <u64>step.note);
    for (let index = 0; index < step.next.length; index++) this.follow(step.next[index], thread, noted);
  }

  private addTransition(state: PatternState, byte: i32): void {
    const threads = new Array<i32>();
    const action = new PatternAction();
    for (let index = 0; index < this.reached.length; index++) {
      const reached = this.reached[index];
      const step = this.steps[reached.step];
      const set = step.set;
      if (set === null || !set.bits[byte] || threads.includes(step.next[0])) continue;
      threads.push(step.next[0]);
      action.sources.push(reached.thread);
      action.notes.push(reached.notes);
    }
    state.next.push(threads.length == 0 ? -1 : this.stateFor(threads));
    state.actions.push(this.actionFor(action));
  }

  private actionFor(action: PatternAction): i32 {
    if (action.isNothing) return 0;
    const key = action.key;
    if (this.actionOf.has(key)) return this.actionOf.get(key);
    this.actionOf.set(key, this.actions.length);
    this.actions.push(action);
    return this.actions.length - 1;
  }

  /** Where a state goes on to itself and does nothing: the bytes for which it does not, if two ranges hold them. */
  private findLoop(state: PatternState, number: i32): void {
    const ranges = new Array<u8>();
    let isInside = false;
    for (let byte = 0; byte < 256; byte++) {
      const group = this.classOf[byte];
      const leaves = state.next[group] != number || state.actions[group] != 0;
      if (leaves && !isInside) {
        ranges.push(<u8>byte);
        ranges.push(<u8>byte);
      } else if (leaves) ranges[ranges.length - 1] = <u8>byte;
      isInside = leaves;
    }
    const isAll = ranges.length == 2 && ranges[0] == 0 && ranges[1] == 255;
    if (isAll || ranges.length > 4 || ranges.length == 0) return;
    if (ranges.length == 2) {
      ranges.push(ranges[0]);
      ranges.push(ranges[1]);
    }
    state.loop = ranges;
  }
}
