import { defineConfig } from 'vitest/config';
import { testConfig } from './support/test-config.ts';

/** `npm test` */
export default defineConfig(testConfig('quick'));
