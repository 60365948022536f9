// The init configuration has only `useAsync`, which changes nothing here.

export function takeConfiguration(_text: string): void {}
