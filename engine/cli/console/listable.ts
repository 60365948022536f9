/** What `tiercel list` can list. */
export const LISTABLE = ['rules', 'macros', 'lists', 'fields', 'plugins'] as const;
export type Listable = (typeof LISTABLE)[number];
