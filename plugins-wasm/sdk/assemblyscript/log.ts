// Lines in the log of the run that a plugin is part of.

// @ts-ignore: decorator
@external("tiercel:plugin/log@0.1.0", "write")
declare function logWrite(level: i32, message: usize, messageSize: usize): void;

export enum LogLevel {
  Error,
  Warning,
  Notice,
  Debug,
}

export function log(level: LogLevel, message: string): void {
  const bytes = String.UTF8.encode(message);
  logWrite(level, changetype<usize>(bytes), bytes.byteLength);
}
