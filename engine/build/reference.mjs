/*
 * plugins-wasm/REFERENCE.md: what authors of plugins may use, out of the code itself. `npm run reference` writes it; a
 * test compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { makeConfigurationPage } from './configuration-page.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const FILE = join(root, 'plugins-wasm', 'REFERENCE.md');

/** Modules for authors; the others are of the SDK’s own concern. */
const ASSEMBLYSCRIPT = [
  ...['plugin', 'source', 'extractor', 'field-table', 'event-view', 'element-view', 'slots'],
  ...['json-shape', 'line-shape', 'record-shape', 'line-format', 'pattern', 'columns'],
  ...[
    'queue-source',
    'queue',
    'message-events',
    'times',
    'calendar',
    'addresses',
    'bytes',
    'host',
    'log',
  ],
];
const JAVASCRIPT = [
  ...[
    'plugin',
    'line-source',
    'queue-source',
    'extractor',
    'source',
    'errors',
    'values',
    'manifest',
  ],
];
const C = ['tiercel', 'tiercel-times', 'tiercel-fields', 'tiercel-lines'];

export function makeReference() {
  return [
    '# Reference for authors of plugins',
    'Made of the code by `npm run reference`. `README.md` is the guide.',
    '## Manifest',
    'JSON, in the custom section `tiercel:manifest`; the schema is `schemas/plugin-manifest.schema.json`.',
    manifestTable(),
    ...ASSEMBLYSCRIPT.map((name) =>
      moduleOf('assemblyscript', name, 'AssemblyScript: `tiercel/sdk/'),
    ),
    ...JAVASCRIPT.map((name) => moduleOf('javascript', name, 'JavaScript: `tiercel/js/')),
    ...C.map(headerOf),
    '',
  ].join('\n\n');
}

// ---- the manifest ----------------------------------------------------------------------------

function manifestTable() {
  const schema = JSON.parse(
    readFileSync(join(root, 'schemas', 'plugin-manifest.schema.json'), 'utf8'),
  );
  const rows = [...propertiesOf(schema, schema, '')];
  return ['| Key | Value | |', '| --- | --- | --- |', ...rows].join('\n');
}

function* propertiesOf(schema, part, path) {
  for (const [name, given] of Object.entries(part.properties ?? {})) {
    const value = resolved(schema, given);
    const isRequired = part.required?.includes(name) === true;
    const key = `${path}${name}`;
    const description = given.description ?? value.description ?? '';
    yield `| \`${key}\`${isRequired ? ', needed' : ''} | ${typeOf(schema, value)} | ${cell(description)} |`;
    yield* propertiesOf(schema, value, `${key}.`);
    if (value.items !== undefined)
      yield* propertiesOf(schema, resolved(schema, value.items), `${key}[].`);
  }
}

function resolved(schema, part) {
  const path = part.$ref?.replace('#/', '').split('/') ?? [];
  return path.length === 0 ? part : path.reduce((at, name) => at[name], schema);
}

function typeOf(schema, value) {
  if (value.enum !== undefined)
    return value.enum.map((one) => `\`${JSON.stringify(one)}\``).join(', ');
  if (value.const !== undefined) return `\`${JSON.stringify(value.const)}\``;
  if (value.items !== undefined) return `list of ${typeOf(schema, resolved(schema, value.items))}`;
  if (value.anyOf !== undefined || value.oneOf !== undefined)
    return (value.anyOf ?? value.oneOf)
      .map((one) => typeOf(schema, resolved(schema, one)))
      .join(' or ');
  return Array.isArray(value.type) ? value.type.join(' or ') : (value.type ?? 'anything');
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

// ---- modules ---------------------------------------------------------------------------------

function moduleOf(folder, name, title) {
  const path = join(root, 'plugins-wasm', 'sdk', folder, `${name}.ts`);
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const entries = file.statements
    .filter(isExported)
    .flatMap((statement) => entriesOf(file, statement));
  return [`## ${title}${name}\``, leading(text), ...entries]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The comment that a file begins with. */
function leading(text) {
  const lines = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('//')) break;
    lines.push(line.slice(2).replace(/^ /, ''));
  }
  return lines.join('\n');
}

function isExported(statement) {
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

function entriesOf(file, statement) {
  const members = (statement.members ?? [])
    .filter(isPublic)
    .map((member) => entry(file, member, '- '));
  const head = entry(file, statement, '### ');
  return members.length === 0 ? [head] : [head, members.join('\n')];
}

function isPublic(member) {
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return member.modifiers?.some(({ kind }) => hidden.includes(kind)) !== true;
}

function entry(file, node, mark) {
  const documentation = documentationOf(node);
  const shown = `${mark}\`${signature(file, node)}\``;
  if (documentation === '') return shown;
  return mark === '- ' ? `${shown}: ${documentation}` : `${shown}\n\n${documentation}`;
}

function documentationOf(node) {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  const text = typeof comment === 'string' ? comment : '';
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** What stands before the body. */
function signature(file, node) {
  const start = node.getStart(file, false);
  const body = node.body ?? node.initializer;
  const isBlock = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
  const text = file.text.slice(start, body?.pos ?? node.end);
  const head = isBlock || ts.isEnumDeclaration(node) ? text.slice(0, text.indexOf('{')) : text;
  return head
    .replaceAll(/\/\*\*[\s\S]*?\*\/|\/\/.*/g, '')
    .replace(/^(?:@\w+\s+)*export (?:abstract )?/, '')
    .replaceAll(/(?<=[(,]\s*)(?:private |protected )?readonly /g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\( (.*?),? \)/g, '($1)')
    .replace(/[;={\s]+$/, '');
}

// ---- headers ---------------------------------------------------------------------------------

/** With a comment, and a declaration behind it. */
const PART =
  /^\/\* ((?:(?!\*\/)[\s\S])+) \*\/\n(?:TIERCEL_PART (typedef [^;]+|[^;{]*?\))|typedef ([^;{]+);|#define (TIERCEL_\w+\([^)]*\)))/gm;

function headerOf(name) {
  const text = readFileSync(join(root, 'plugins-wasm', 'sdk', 'c', `${name}.h`), 'utf8');
  const lines = [...text.matchAll(PART)].map(([, comment, part, type, macro]) => {
    const shown = (part ?? type ?? macro).replaceAll(/\s+/g, ' ');
    return `- \`${shown}\`: ${comment.replaceAll(/\s+\**\s*/g, ' ')}`;
  });
  return [`## C: \`${name}.h\``, lines.join('\n')].join('\n\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(FILE, makeReference());
  writeFileSync(join(root, 'schemas', 'CONFIGURATION.md'), makeConfigurationPage());
}
