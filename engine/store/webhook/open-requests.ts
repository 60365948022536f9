/* Requests that were not answered yet: how many, and how much of them is in memory. */

import type { ServiceCounts } from '../service-counts.ts';
import { accept, type Exchange, type Refusal, refuse } from './answer.ts';

const REQUESTS_MAX = 1_024;
const SIZE_MAX = 64 << 20;

/** One request, until it is answered. */
export interface OpenRequest {
  /** Further bytes of it are in memory. */
  grow(size: number): void;
  accept(): void;
  refuse(refusal: Refusal): void;
}

export class OpenRequests {
  readonly #sizeMax: number;
  readonly #counts: ServiceCounts;
  readonly #requests = new Set<OpenRequest>();
  #size = 0;

  /** `bodySizeMax`: one of that size has room in any case. */
  constructor(bodySizeMax: number, counts: ServiceCounts) {
    this.#counts = counts;
    this.#sizeMax = Math.max(SIZE_MAX, 2 * bodySizeMax);
  }

  get isFull(): boolean {
    return this.#requests.size >= REQUESTS_MAX || this.#size > this.#sizeMax;
  }

  add(exchange: Exchange): OpenRequest {
    let held = 0;
    const leave = (): void => {
      this.#requests.delete(request);
      this.#size -= held;
      held = 0;
    };
    const request: OpenRequest = {
      grow: (size) => {
        held += size;
        this.#size += size;
      },
      accept: () => {
        leave();
        this.#counts.accepted += 1;
        accept(exchange);
      },
      refuse: (refusal) => {
        leave();
        this.#counts.refused += 1;
        refuse(exchange, refusal);
      },
    };
    this.#requests.add(request);
    return request;
  }

  refuseAll(refusal: Refusal): void {
    for (const request of this.#requests) request.refuse(refusal);
  }
}
