// The init configuration concerns S3 and SQS (see manifest.json, which the engine checks it against); nothing in
// it changes how local files are read.

export function takeConfiguration(_text: string): void {}
