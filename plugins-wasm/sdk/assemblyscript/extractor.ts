// The extractor side of the component: plans of requests, and batches in, columns out.

import { Bytes } from './bytes';
import { ColumnWriter } from './column/column-writer';
import { EventView } from './event-view';
import { FieldKind, FieldRow, FieldTable } from './field-table';
import { PointerSet } from './json/json-pointers';
import { Walker } from './json/json-walk';
import { LineFormat, LineSlots } from './line-format';
import { ErrorCode, answerError, answerOk, release } from './memory';

const REQUEST_SIZE: usize = 20;
const REQUESTS_MAX: usize = 4096;
/** The engine has three: what conditions need of every event, what outputs print, what conditions need of a few. */
const PLANS: u32 = 4;
/** What functions of fields leave behind is collected so often: only between calls is nothing of it in use. */
const BATCHES_A_COLLECTION: u32 = 16;

class Request {
  slot: i32 = -1;
  argumentIndex: i32 = -1;
  readonly argumentBytes: Bytes;
  constructor(readonly row: FieldRow, readonly argument: string) {
    this.argumentBytes = new Bytes(argument);
  }
}

class Plan {
  readonly columns: ColumnWriter = new ColumnWriter();
  requests: Request[] = [];
  view: EventView | null = null;

  configure(requests: Request[], isUnique: bool[], format: LineFormat | null): void {
    this.requests = requests;
    this.view = format === null ? this.viewOfJson(requests) : viewOfLines(format, requests, this.columns);
    this.columns.configure(isUnique);
  }

  private viewOfJson(requests: Request[]): EventView {
    const pointers = new PointerSet();
    const used = new Array<bool>(EventView.pointerCount).fill(false);
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index];
      const kind = request.row.kind;
      if (kind == FieldKind.JsonAtArgument) request.slot = pointers.add(request.argument);
      else if (kind == FieldKind.Document) request.slot = pointers.add('');
      const declared = request.row.pointers;
      for (let at = 0; at < declared.length; at++) used[declared[at]] = true;
    }
    const slotOf = EventView.slotsOf(pointers, used);
    return new EventView(new Walker(pointers), slotOf, this.columns);
  }

  extract(data: usize, size: usize, spans: usize, times: usize, count: u32): void {
    const view = this.view!;
    const requests = this.requests;
    this.columns.startBatch(data, size, count);
    for (let event: u32 = 0; event < count; event++) {
      const start = data + load<u32>(spans + (<usize>event << 3));
      const end = data + load<u32>(spans + (<usize>event << 3), 4);
      view.walk(start, end, load<u64>(times + (<usize>event << 3)));
      for (let index = 0, n = requests.length; index < n; index++) {
        const request = unchecked(requests[index]);
        this.columns.startValue(index, event);
        const row = request.row;
        if (row.kind == FieldKind.Text) view.putText(unchecked(row.pointers[0]));
        else if (row.kind == FieldKind.JsonAtArgument) view.putSlotJson(request.slot);
        else if (row.kind == FieldKind.Json) view.putJson(unchecked(row.pointers[0]));
        else if (row.kind == FieldKind.Document) view.putSlotIndented(request.slot);
        else {
          view.argument = request.argument;
          view.argumentBytes = request.argumentBytes;
          view.argumentIndex = request.argumentIndex;
          if (row.kind == FieldKind.Computed) row.compute(view);
          else putConverted(view, row);
        }
      }
    }
  }
}

function viewOfLines(format: LineFormat, requests: Request[], columns: ColumnWriter): EventView {
  const parts = format.names.length;
  const used = new Array<bool>(parts).fill(false);
  for (let index = 0; index < requests.length; index++) {
    const declared = requests[index].row.pointers;
    for (let at = 0; at < declared.length; at++) used[declared[at]] = true;
  }
  const slotOf = new StaticArray<i32>(parts);
  for (let part = 0; part < parts; part++) slotOf[part] = used[part] ? part : -1;
  return new EventView(new LineSlots(format.narrowedTo(used)), slotOf, columns);
}

function putConverted(view: EventView, row: FieldRow): void {
  const from = unchecked(row.pointers[0]);
  if (row.kind == FieldKind.Number) view.putDigits(from);
  else if (row.kind == FieldKind.Address) view.putAddress(from);
  else if (row.kind == FieldKind.Time) view.putTime(from, row.form);
  else if (row.kind == FieldKind.List) view.putList(from, row.separator);
  else view.putPair(from, row.separator);
}

/**
 * Everything behind the exports of `extractor`; a plugin makes one with its table. Events are JSON, or with a format
 * lines of it.
 */
export class Extractor {
  private plans: Plan[] = [];
  private batches: u32 = 0;

  constructor(private readonly table: FieldTable, private readonly format: LineFormat | null = null) {
    for (let index: u32 = 0; index < PLANS; index++) this.plans.push(new Plan());
  }

  configure(plan: u32, list: usize, count: usize): usize {
    if (plan >= PLANS) return answerError(ErrorCode.InvalidArgument, 'no such plan: ' + plan.toString());
    if (count > REQUESTS_MAX) return answerError(ErrorCode.InvalidArgument, 'too many requests');
    const requests = new Array<Request>();
    const isUnique = new Array<bool>();
    let wrong = '';
    for (let index: usize = 0; index < count; index++) {
      const at = list + index * REQUEST_SIZE;
      const field = load<u32>(at);
      let argument = '';
      if (load<u8>(at, 4) != 0) {
        const text = <usize>load<u32>(at, 8);
        const size = load<u32>(at, 12);
        argument = String.UTF8.decodeUnsafe(text, size);
        release(text, size);
      }
      if (field >= <u32>this.table.rows.length) {
        wrong = 'no field ' + field.toString();
        continue;
      }
      const row = this.table.rows[field];
      const request = new Request(row, argument);
      if (load<u8>(at, 4) != 0) request.argumentIndex = indexOf(argument);
      requests.push(request);
      // What is only handed out is not compared: looking it up would cost more than it saves.
      isUnique.push(row.isUnique || load<u8>(at, 16) != 0);
    }
    release(list, count);
    if (wrong.length > 0) return answerError(ErrorCode.InvalidArgument, wrong);
    this.plans[plan].configure(requests, isUnique, this.format);
    __collect();
    return answerOk();
  }

  extract(plan: u32, data: usize, size: usize, spans: usize, spanCount: usize, times: usize, timeCount: usize): usize {
    if (++this.batches % BATCHES_A_COLLECTION == 0) __collect();
    const chosen = this.plans[plan < PLANS ? plan : 0];
    const count = <u32>min(spanCount >> 1, timeCount);
    chosen.extract(data, size, spans, times, count);
    const answer = chosen.columns.answer();
    // Inline values name places in the host's own copy of the batch, so ours can go.
    release(data, size);
    release(spans, spanCount);
    release(times, timeCount);
    return answer;
  }
}

function indexOf(argument: string): i32 {
  if (argument.length == 0) return -1;
  let value = 0;
  for (let at = 0; at < argument.length; at++) {
    const digit = argument.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    // No list is that long.
    value = at < 9 ? value * 10 + digit : i32.MAX_VALUE;
  }
  return value;
}
