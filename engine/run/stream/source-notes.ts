import { LIMITS } from '../../base/limits.ts';
import type { Problem } from '../../plugin/host/host-services.ts';
import { LogCollector } from '../../plugin/host/plugin-log.ts';
import type { SourceNotes } from './stream-protocol.ts';

/** Collects what a source has to say until it is sent: with a batch, or where none is to come. */
export class NotesCollector {
  #problems: Problem[] = [];
  readonly log = new LogCollector();
  #lostUnlisted = 0;
  #warningsUnlisted = 0;
  #problemsListed = 0;

  addProblem(problem: Problem): void {
    if (this.#problemsListed < LIMITS.problemLinesMax.value) {
      this.#problemsListed += 1;
      this.#problems.push(problem);
    } else if (problem.severity === 'lost') this.#lostUnlisted += 1;
    else this.#warningsUnlisted += 1;
  }

  /** All of it, `undefined` when there is nothing; the collector is empty afterwards. */
  take(): SourceNotes | undefined {
    const noted = this.#problems.length + this.#lostUnlisted + this.#warningsUnlisted;
    if (noted === 0 && this.log.isEmpty) return undefined;
    const notes = {
      problems: this.#problems,
      unlistedProblems: { lost: this.#lostUnlisted, warnings: this.#warningsUnlisted },
      log: this.log.take(),
    };
    this.#problems = [];
    this.#lostUnlisted = 0;
    this.#warningsUnlisted = 0;
    return notes;
  }
}
