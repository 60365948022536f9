/*
 * Reads and judges a plugin's file without running anything of it: size, manifest (schema, then
 * sense), imports ⊆ what the manifest asks for. All that `tiercel plugin inspect` needs.
 */

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { LIMITS } from '../../base/limits.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { createTextDocument } from '../../diagnostic/text-document.ts';
import { isWasi, type WasiInterface } from '../abi/wasi.ts';
import { type Attachments, readAttachments } from '../file/attachments.ts';
import { NotForPlugins } from '../file/component-types.ts';
import { readWorld } from '../file/component-world.ts';
import { type EnforcedLimits, enforcedLimits, type Manifest } from '../file/manifest.ts';
import { readManifest } from '../file/read-manifest.ts';
import {
  isComponent,
  isCoreModule,
  MalformedBinary,
  readCoreModules,
  readCustomSection,
} from '../file/wasm-binary.ts';
import { findWasi, findWorldFault } from './check-world.ts';
import { capMemories } from './memory-cap.ts';
import { checkModule } from './module-check.ts';

export const MANIFEST_SECTION = 'tiercel:manifest';

export interface ComponentFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  readonly manifest: Manifest;
  readonly limits: EnforcedLimits;
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly wasi: readonly WasiInterface[];
  readonly coreModuleSizes: readonly number[];
  readonly attachments: Attachments;
  readonly bytes: Uint8Array;
}

/** Imports that every plugin may have; `report` makes sense for sources only but harms nobody. */
const ALWAYS_ALLOWED = ['tiercel:plugin/types', 'tiercel:plugin/log', 'tiercel:plugin/report'];

export function readComponentFile(path: string): Checked<ComponentFile> {
  const bytes = readPluginBytes(path);
  return bytes instanceof Uint8Array ? judgeComponent(path, bytes) : failed(bytes);
}

/** `path` is used in messages only. */
export function judgeComponent(path: string, bytes: Uint8Array): Checked<ComponentFile> {
  try {
    return judge(path, bytes);
  } catch (error) {
    if (!(error instanceof MalformedBinary)) throw error;
    const message = `${path} is not a WebAssembly component: ${error.message}`;
    return failed(createDiagnostic('PLUGIN_NOT_A_COMPONENT', { message }));
  }
}

function failed(diagnostic: Diagnostic): Checked<ComponentFile> {
  return { value: undefined, diagnostics: [diagnostic] };
}

/** All of the file, or why not. */
export function readPluginBytes(path: string): Uint8Array | Diagnostic {
  try {
    const { size } = statSync(path);
    if (size > LIMITS.componentSizeMax.value) {
      const message = `${path} has ${size} bytes, the limit is ${LIMITS.componentSizeMax.value}`;
      return createDiagnostic('PLUGIN_TOO_LARGE', { message });
    }
    return readFileSync(path);
  } catch (error) {
    const reason = systemErrorText(error);
    const message = `cannot read the plugin ${path}: ${reason}`;
    return createDiagnostic('PLUGIN_FILE_UNREADABLE', { message });
  }
}

function judge(path: string, bytes: Uint8Array): Checked<ComponentFile> {
  if (!isComponent(bytes)) {
    const found = isCoreModule(bytes) ? 'a core module' : 'something else';
    const message = `${path} is ${found}, expected a WebAssembly component`;
    return failed(createDiagnostic('PLUGIN_NOT_A_COMPONENT', { message }));
  }
  const section = readCustomSection(bytes, MANIFEST_SECTION);
  if (section === undefined || section.length > LIMITS.manifestSizeMax.value) {
    const message = `${path} has no usable custom section \`${MANIFEST_SECTION}\``;
    return failed(createDiagnostic('PLUGIN_NO_MANIFEST', { message }));
  }
  const text = Buffer.from(section).toString('utf8');
  const document = createTextDocument(`${path} (manifest)`, text);
  const { value: manifest, diagnostics } = readManifest(document);
  if (manifest === undefined) return { value: undefined, diagnostics };
  const modules = readCoreModules(bytes);
  const limits = enforcedLimits(manifest);
  const excess = findExcess(modules, limits);
  if (excess !== undefined) {
    const message = `plugin \`${manifest.name}\` ${manifest.version}: ${excess}`;
    return failed(createDiagnostic('PLUGIN_UNCAPPABLE', { message }));
  }
  const attachments = readAttachments(bytes, manifest);
  if (typeof attachments === 'string') {
    const message = `plugin \`${manifest.name}\` ${manifest.version} ${attachments}`;
    return failed(createDiagnostic('PLUGIN_WITHOUT_ATTACHMENT', { message }));
  }
  const { imports, exports, wasi, wrong } = judgeWorld(manifest, bytes);
  const file: ComponentFile = {
    path,
    sizeBytes: bytes.length,
    digest: createHash('sha256').update(bytes).digest('hex'),
    manifest,
    limits,
    imports,
    exports,
    wasi,
    coreModuleSizes: modules.map(({ length }) => length),
    attachments,
    bytes,
  };
  return { value: wrong.length > 0 ? undefined : file, diagnostics: [...diagnostics, ...wrong] };
}

/** The limit exceeded or rule broken by one of the modules. */
function findExcess(
  modules: readonly Uint8Array[],
  { memorySizeMax }: EnforcedLimits,
): string | undefined {
  try {
    for (const module of modules) {
      checkModule(module);
      capMemories(module, memorySizeMax);
    }
    return undefined;
  } catch (error) {
    if (error instanceof MalformedBinary) return error.message;
    throw error;
  }
}

/** Imports without a capability, or else what is wrong with the types. */
function judgeWorld(manifest: Manifest, bytes: Uint8Array): Judgement {
  const subject = `plugin \`${manifest.name}\` ${manifest.version}`;
  const mismatch = (fault: string): Diagnostic =>
    createDiagnostic('PLUGIN_WORLD_MISMATCH', { message: `${subject} ${fault}` });
  try {
    const world = readWorld(bytes);
    const [imports, exports] = [[...world.imports.keys()], [...world.exports.keys()]];
    const denied = deniedImports(manifest, imports);
    const wasi = findWasi(world);
    if (denied.length > 0) return { imports, exports, wasi, wrong: denied };
    const fault = findWorldFault(world, manifest);
    return { imports, exports, wasi, wrong: fault === undefined ? [] : [mismatch(fault)] };
  } catch (error) {
    if (!(error instanceof NotForPlugins)) throw error;
    return { imports: [], exports: [], wasi: [], wrong: [mismatch(error.message)] };
  }
}

interface Judgement {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly wasi: readonly WasiInterface[];
  readonly wrong: readonly Diagnostic[];
}

function deniedImports(manifest: Manifest, imports: readonly string[]): Diagnostic[] {
  const allowed = new Set(ALWAYS_ALLOWED);
  if (manifest.capabilities.clock !== false) allowed.add('tiercel:plugin/clock');
  if (manifest.capabilities.store.length > 0) allowed.add('tiercel:plugin/store');
  if (manifest.capabilities.queue.length > 0) allowed.add('tiercel:plugin/queue');
  return imports
    .filter((name) => !isWasi(name) && !allowed.has(name.replace(/@.*$/, '')))
    .map((name) =>
      createDiagnostic('PLUGIN_IMPORT_DENIED', {
        message:
          `plugin \`${manifest.name}\` ${manifest.version} imports \`${name}\`, ` +
          'which its manifest does not ask for',
      }),
    );
}
