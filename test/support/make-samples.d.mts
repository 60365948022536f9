/** Writes the sample story to `folder`/AWSLogs. */
export function makeSamples(folder: string): void;
