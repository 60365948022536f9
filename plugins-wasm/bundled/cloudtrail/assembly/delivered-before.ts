// CloudTrail delivers an event more than once now and then, queues and senders repeat theirs, and an account's trail
// and that of its organisation have the same events. What is live is read once: an event whose `eventID` is among the
// latest ones is left out, and counted. Of archives nothing is.

import { ElementView } from 'tiercel/sdk/element-view';
import { log, LogLevel } from 'tiercel/sdk/host';
import { RecentKeys } from 'tiercel/sdk/recent-keys';

const ID = 0;

export class DeliveredBefore {
  private readonly recent: RecentKeys = new RecentKeys();
  private readonly view: ElementView = new ElementView(['/eventID']);
  private isLive: bool = false;
  private count: u64 = 0;
  private told: u64 = 0;

  startFile(path: string): void {
    // So are named what has no end, and what came by itself.
    this.isLive = path.startsWith('#');
  }

  isFirst(start: usize, end: usize): bool {
    if (!this.isLive) return true;
    this.view.walk(start, end);
    if (!this.view.text(ID) || this.view.textSize == 0) return true;
    if (this.recent.add(this.view.textStart, this.view.textSize)) return true;
    this.count++;
    return false;
  }

  /** A run without an end says it when there are twice as many. */
  tell(isOver: bool): void {
    if (this.count == this.told || (!isOver && this.count < 2 * this.told)) return;
    this.told = this.count;
    log(LogLevel.Notice, this.count.toString() + ' events were left out: they had come before (same eventID)');
  }
}
