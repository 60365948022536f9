/* Where plugins are installed: the lock beside the configuration, or the user’s own, and the keys that count there. */

import { loadConfig } from '../../config/load-config.ts';
import { type Checked, createDiagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import type { InstallPlace } from '../../packages/install/install.ts';
import { lockPathFor, readLock } from '../../packages/install/lock.ts';
import { configFileOf } from './load.ts';

/** Only the part about trust has to be valid: a plugin that the configuration names may not exist yet. */
export function openPlace(config: string | undefined): Checked<InstallPlace> {
  const configFile = configFileOf({ config });
  const path = lockPathFor(configFile);
  if (path === undefined) {
    const message = 'no home directory to install plugins in, and no configuration in this folder';
    const hint = 'set XDG_DATA_HOME, or name a configuration with -c';
    const wrong = createDiagnostic('INSTALL_NOT_WRITTEN', { message, hint });
    return { value: undefined, diagnostics: [wrong] };
  }
  const { value: lock, diagnostics } = readLock(path);
  if (lock === undefined) return { value: undefined, diagnostics };
  const request = {
    configFile,
    rulesFiles: [],
    options: [],
    plugin: undefined,
    openParams: undefined,
  };
  const { value: loaded, diagnostics: ofConfig } = loadConfig(request);
  const wrong = ofConfig.filter(
    ({ code }) => loaded === undefined || code === 'CONFIG_TRUSTED_KEY',
  );
  if (hasErrors(wrong)) return { value: undefined, diagnostics: wrong };
  return { value: { path, lock, policy: loaded?.trust }, diagnostics: [] };
}
