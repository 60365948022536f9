/* `tiercel list`: rules, macros, lists, fields of sources, plugins. */

import { printableLines } from '../../base/printable.ts';
import { bundledPluginPath, bundledPlugins } from '../../config/bundled-plugins.ts';
import { hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText } from '../../diagnostic/render.ts';
import { storedPath } from '../../packages/install/file-store.ts';
import type { Lock } from '../../packages/install/lock.ts';
import { readComponentFile } from '../../plugin/gate/component-file.ts';
import { type Loaded, loadAll } from '../../run/load/load-all.ts';
import { EXIT } from '../console/exit-code.ts';
import type { Listable } from '../console/listable.ts';
import { type LoadArguments, loadConfigFor } from '../console/load.ts';
import { openPlace } from '../console/open-place.ts';
import { type ListFormat, renderTable, type Table } from '../console/table.ts';
import { say, type Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface ListArguments extends LoadArguments {
  readonly what: Listable;
  readonly source: string | undefined;
  readonly format: ListFormat;
}

export async function listCommand(args: ListArguments, terminal: Terminal): Promise<number> {
  if (args.what === 'plugins') {
    const { value: place, diagnostics } = openPlace(args.config);
    if (place === undefined) return refuse(diagnostics, { isJson: false }, terminal);
    return print(listPlugins(place.lock), args.format, terminal);
  }
  const { value: config, diagnostics } = loadConfigFor(args);
  if (config === undefined || hasErrors(diagnostics)) {
    say(terminal, renderText(diagnostics, terminal));
    return EXIT.invalid;
  }
  const loaded = await loadAll(config);
  if (hasErrors(loaded.diagnostics)) {
    say(terminal, renderText(loaded.diagnostics, terminal));
    return EXIT.invalid;
  }
  if (args.what === 'fields') {
    const { catalogs } = loaded.plugins;
    if (args.source !== undefined && !catalogs.has(args.source)) {
      say(
        terminal,
        `no loaded plugin is a source of \`${args.source}\` (there are ${[...catalogs.keys()].join(', ')})`,
      );
      return EXIT.usage;
    }
    return print(listFields(loaded, args.source), args.format, terminal);
  }
  return print(listItems(loaded, args.what), args.format, terminal);
}

function print(listed: Listed, format: ListFormat, terminal: Terminal): number {
  const text =
    format === 'json' ? JSON.stringify(listed.json, null, 2) : renderTable(listed.table, format);
  terminal.stdout.write(`${printableLines(text)}\n`);
  return EXIT.ok;
}

interface Listed {
  readonly table: Table;
  readonly json: unknown;
}

function listItems({ rulesetLoad }: Loaded, what: 'rules' | 'macros' | 'lists'): Listed {
  const { rules, macros, lists } = rulesetLoad.items;
  if (what === 'macros') {
    return {
      json: macros,
      table: {
        columns: ['macro', 'condition'],
        rows: macros.map(({ name, condition }) => [name, condition]),
      },
    };
  }
  if (what === 'lists') {
    return {
      json: lists,
      table: {
        columns: ['list', 'items'],
        rows: lists.map(({ name, items }) => [name, items.join(', ')]),
      },
    };
  }
  return {
    json: rules.map((rule) => ({
      name: rule.name,
      description: rule.description,
      condition: rule.condition.text,
      output: rule.output.text,
      priority: rule.priority,
      source: rule.source,
      tags: rule.tags,
      enabled: rule.isEnabled,
      active: rule.isActive,
    })),
    table: {
      columns: ['rule', 'priority', 'source', 'active', 'description'],
      rows: rules.map((rule) => [
        rule.name,
        rule.priority,
        rule.source,
        rule.isActive ? 'yes' : 'no',
        rule.description.trim(),
      ]),
    },
  };
}

function listFields({ plugins }: Loaded, source: string | undefined): Listed {
  const fields = [...plugins.catalogs.values()]
    .filter((catalog) => source === undefined || catalog.source === source)
    .flatMap((catalog) => catalog.fields.map((field) => ({ source: catalog.source, ...field })));
  const argumentText = { none: '', index: '[index]', key: '[key]' };
  return {
    json: fields.map(
      ({ source: of, name, type, isList, argument, description, properties, provider }) => ({
        source: of,
        name,
        type,
        isList,
        argument,
        description,
        properties,
        plugin: provider.kind === 'plugin' ? provider.pluginName : null,
      }),
    ),
    table: {
      columns: ['field', 'type', 'description'],
      rows: fields
        .filter(({ properties }) => properties.hidden !== true)
        .map(({ name, type, isList, argument, description }) => [
          `${name}${argumentText[argument.kind]}`,
          isList ? `list of ${type}` : type,
          description,
        ]),
    },
  };
}

/** What can be named: plugins that ship with the product, and those of the lock in their place or beside them. */
function listPlugins({ plugins: installed }: Lock): Listed {
  const paths = new Map(bundledPlugins().map((name) => [name, bundledPluginPath(name)]));
  for (const [name, { digest }] of Object.entries(installed))
    paths.set(name, storedPath('plugins', digest) ?? '');
  const listed = [...paths].flatMap(([name, path]) => {
    const { value } = readComponentFile(path);
    const origin = Object.hasOwn(installed, name) ? 'installed' : 'bundled';
    return value === undefined ? [] : [{ ...value, origin }];
  });
  const shown = listed.map(({ manifest, digest, origin }) => {
    const { name, version, description, source, extractor } = manifest;
    const fields = extractor?.fields.length ?? 0;
    return { name, version, description, source: source?.name ?? null, fields, origin, digest };
  });
  return {
    json: shown,
    table: {
      columns: ['plugin', 'version', 'source', 'fields', 'origin', 'sha256', 'description'],
      rows: shown.map(({ name, version, source, fields, origin, digest, description }) => [
        name,
        version,
        source ?? '-',
        String(fields),
        origin,
        digest.slice(0, DIGEST_SHOWN),
        description,
      ]),
    },
  };
}

/** Characters of a digest that tell one from another; JSON has all of them. */
const DIGEST_SHOWN = 12;
