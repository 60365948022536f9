import { defineConfig } from 'vitest/config';
import { testConfig } from './support/test-config.ts';

/** `npm run test:all`, after `npm test` */
export default defineConfig(testConfig('long'));
