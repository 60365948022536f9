/** A limit of the engine. */
export interface Limit {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'count' | 'pages';
  readonly why: string;
}
