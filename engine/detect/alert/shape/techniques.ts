const TECHNIQUE = /^T\d{4}(\.\d{3})?$/;

/** Those of a rule's tags that name a technique of MITRE ATT&CK: `T1059`, `T1059.004`. */
export function techniquesOf(tags: readonly string[]): string[] {
  return tags.filter((tag) => TECHNIQUE.test(tag));
}
