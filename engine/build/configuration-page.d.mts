/** The text of schemas/CONFIGURATION.md. */
export function makeConfigurationPage(): string;
