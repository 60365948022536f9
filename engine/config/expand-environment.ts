/*
 * `${NAME}` in a configuration is the value of a variable of the environment, `$${NAME}` is itself (Falco). It is put
 * in after the text was parsed: what a variable holds can change a value, never the document, and messages quote the
 * file.
 */

import { keepSecret } from '../base/secrets.ts';
import {
  type Path,
  readYamlDocument,
  type YamlDocument,
} from '../diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../diagnostic/text-document.ts';

/** In place of `$`, `{` and `}`, which mean something within flow collections; the places stay the same. */
const [DOLLAR, OPEN, CLOSE] = ['\ue000', '\ue001', '\ue002'];
const WRITTEN = /\$?\$\{\w+\}/g;
const GUARDED = new RegExp(`(${DOLLAR}?)${DOLLAR}${OPEN}(\\w+)${CLOSE}`, 'g');
/** Keys whose values, or values below them, are secrets. */
const IS_SECRET = /secret|token|password|passwd|headers|authorization|credential|api_?key/i;
/** Keys whose values may have a secret in them. */
const MAY_HAVE_SECRETS = /url|servers|open_params|init_config|address/i;
const SCHEME = /^(?:Bearer|Basic|Token|Splunk|ApiKey|GenieKey)\s+/i;
const IS_PLAIN_VALUE = /^(?:true|false|null|~|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that has no value, and where it stands. */
export interface UnsetVariable {
  readonly name: string;
  readonly path: Path;
}

export interface ExpandedYaml extends YamlDocument {
  readonly unset: readonly UnsetVariable[];
}

/** The text as a document in which variables stand for their values: nothing, as with Falco, where they are not set. */
export function readExpandedYaml(
  name: string,
  text: string,
  environment: Environment,
): ExpandedYaml {
  const document = createTextDocument(name, text);
  if (!text.includes('${')) {
    const plain = readYamlDocument(document);
    const value = new Expansion(plain, environment).expand(plain.value, []);
    return { ...plain, value, unset: [] };
  }
  const guarded = text.replace(WRITTEN, (match) =>
    match.replaceAll('$', DOLLAR).replace('{', OPEN).replace('}', CLOSE),
  );
  const yaml = readYamlDocument(createTextDocument(name, guarded));
  const expansion = new Expansion(yaml, environment);
  const value = expansion.expand(yaml.value, []);
  const errors = yaml.errors.map((error) => ({ ...error, message: asWritten(error.message) }));
  return { ...yaml, document, value, errors, unset: expansion.unset };
}

/** Remembers the secrets in values that come from `-o` options. */
export function keepSecretsIn(value: unknown): void {
  new Expansion(readYamlDocument(createTextDocument('', '{}')), {}).expand(value, []);
}

function asWritten(text: string): string {
  return text.replaceAll(DOLLAR, '$').replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
}

class Expansion {
  readonly #yaml: YamlDocument;
  readonly #environment: Environment;
  readonly #unset: UnsetVariable[] = [];

  constructor(yaml: YamlDocument, environment: Environment) {
    this.#yaml = yaml;
    this.#environment = environment;
  }

  get unset(): readonly UnsetVariable[] {
    return this.#unset;
  }

  expand(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return this.#expandText(value, path);
    if (Array.isArray(value)) return value.map((one, index) => this.expand(one, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        this.#replace(key, [...path, key], undefined),
        this.expand(one, [...path, key]),
      ]),
    );
  }

  #expandText(text: string, path: Path): unknown {
    const names = path.filter((step) => typeof step === 'string');
    const isSecret = names.some((step) => IS_SECRET.test(step));
    const mayHave = isSecret || names.some((step) => MAY_HAVE_SECRETS.test(step));
    const expanded = this.#replace(text, path, mayHave ? names : undefined);
    if (isSecret) keepLiteral(expanded);
    if (mayHave) keepOfAddress(expanded);
    if (expanded === text || !IS_PLAIN_VALUE.test(expanded) || this.#isQuoted(path))
      return expanded;
    // `workers: ${N}` is a number.
    if (expanded === 'true' || expanded === 'false') return expanded === 'true';
    return expanded === 'null' || expanded === '~' ? null : Number(expanded);
  }

  /** `secretAt`: the values of variables are secrets. */
  #replace(text: string, path: Path, secretAt: Path | undefined): string {
    if (!text.includes(DOLLAR)) return text;
    return text.replace(GUARDED, (_, doubled: string, name: string) => {
      const written = `\${${name}}`;
      if (doubled !== '') return written;
      const value = this.#environment[name] ?? '';
      if (this.#environment[name] === undefined) this.#unset.push({ name, path });
      if (secretAt !== undefined) keepSecret(value, written);
      return value;
    });
  }

  #isQuoted(path: Path): boolean {
    const { start } = this.#yaml.spanOf(path);
    return /["'|>]/.test(this.#yaml.document.text[start] ?? '');
  }
}

/** A whole value, and what stands behind the name of a scheme. */
function keepLiteral(value: string): void {
  const behind = value.replace(SCHEME, '');
  if (behind === '') return;
  keepSecret(value);
  if (behind !== value) keepSecret(behind);
}

/** Password and parameters of an address. */
function keepOfAddress(value: string): void {
  if (!URL.canParse(value)) return;
  const { password, search, searchParams } = new URL(value);
  keepSecret(decodeURIComponent(password));
  if (search !== '') for (const one of searchParams.values()) keepSecret(one);
}
