import type { Limit } from './limit.ts';

/** Limits of what is loaded and installed, part of the one table of all of them. */
export const COMPONENT_LIMITS = {
  componentSizeMax: {
    value: 16 << 20,
    unit: 'bytes',
    why: 'ours are below 100 kB; a component with a JavaScript engine inside has about 12 MB',
  },
  manifestSizeMax: {
    value: 1 << 20,
    unit: 'bytes',
    why: 'a field has about 200 bytes; thousands of fields fit',
  },
  attachmentsSizeMax: {
    value: 4 << 20,
    unit: 'bytes',
    why: 'rules and samples that a plugin carries; ours have 60 kB',
  },
  bundleSizeMax: {
    value: 192 << 20,
    unit: 'bytes',
    why: 'an archive of configuration, plugins and rules, before and after it is unpacked',
  },
  installedRulesSizeMax: {
    value: 16 << 20,
    unit: 'bytes',
    why: 'a rules file that is fetched; Falco’s have 100 kB',
  },
  memorySizeMax: {
    value: 128 << 20,
    unit: 'bytes',
    why: 'dictionaries and one batch need about 30 MB; the process stays below 250 MB',
  },
  memorySizeAskedMax: {
    value: 256 << 20,
    unit: 'bytes',
    why: 'what a manifest may ask for instead; engines for JavaScript collect late, at up to 140 MB',
  },
  processSizeMax: {
    value: 256 << 20,
    unit: 'bytes',
    why: 'of a process that hosts plugins, beside their memories; Node and a batch have about 100 MB',
  },
  processMessageSizeMax: {
    value: 48 << 20,
    unit: 'bytes',
    why: 'the columns of a batch: 32 MiB of dictionaries, and values of an event of 16',
  },
  processMessagesMax: {
    value: 50_000,
    unit: 'count',
    why: 'messages of a process a second: one that reads small objects or single events sends 10,000',
  },
  storeRequestsMax: {
    value: 16,
    unit: 'count',
    why: 'requests of a process to its store that wait for an answer; it has one, and reads two panes ahead',
  },
  tableElementsMax: {
    value: 100_000,
    unit: 'count',
    why: 'function tables of large toolchains have some 10,000 entries',
  },
  tableElementsTotalMax: { value: 400_000, unit: 'count', why: 'of all tables of a plugin: 3 MB' },
  sectionsMax: {
    value: 10_000,
    unit: 'count',
    why: 'of a component and those in it: ours have 60, componentized JavaScript 900',
  },
  componentItemsMax: {
    value: 50_000,
    unit: 'count',
    why: 'types, functions, instances; a component with all of WASI has about 3,000',
  },
  componentInstancesMax: {
    value: 256,
    unit: 'count',
    why: 'components within a component as often as they are instantiated; three are usual',
  },
  componentTypeSizeMax: {
    value: 20_000,
    unit: 'count',
    why: 'characters of a type written out in full; the largest of WASI has 3,000',
  },
  componentTypesSizeMax: {
    value: 20_000_000,
    unit: 'count',
    why: 'characters of all types, written out; twenty times what all of WASI has',
  },
  coreInstancesMax: {
    value: 64,
    unit: 'count',
    why: 'three for most components, ten with adapters',
  },
  moduleTypesMax: {
    value: 20_000,
    unit: 'count',
    why: 'a component with a JavaScript engine has 1,000',
  },
  moduleImportsMax: {
    value: 10_000,
    unit: 'count',
    why: 'imports, and exports, of one core module',
  },
  moduleFunctionsMax: {
    value: 200_000,
    unit: 'count',
    why: 'a component with a JavaScript engine has 30,000 functions',
  },
  moduleTablesMax: {
    value: 4,
    unit: 'count',
    why: 'toolchains make one; each may have its 100,000 elements',
  },
  moduleGlobalsMax: {
    value: 100_000,
    unit: 'count',
    why: 'globals, elements, data segments: each of them',
  },
  functionSizeMax: {
    value: 4 << 20,
    unit: 'bytes',
    why: 'the largest functions, interpreters, have 200 kB',
  },
  functionLocalsMax: {
    value: 10_000,
    unit: 'count',
    why: 'unoptimised code of large functions has 2,000',
  },
  functionStateMax: {
    value: 16_000_000,
    unit: 'count',
    why: 'locals × branches of a function; compiling takes 12 bytes for each',
  },
} as const satisfies Record<string, Limit>;
