// What the keys of a bucket say before anything is read. CloudTrail delivers to
//
//   [PREFIX/]AWSLogs/[ORGANISATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_TIMEZ_….json.gz
//
// and other services deliver beside it. Whole accounts, services and days that are not wanted are passed over: the
// keys behind them are asked for.

import { log, LogLevel } from 'tiercel/sdk/host';
import { accountList, interval } from './config';
import { Interval } from './interval';

const SCHEME = 's3://';
const ROOT = 'AWSLogs/';
const SERVICE = 'CloudTrail';
/** Files that vouch for the logs; nobody expects them to be read. */
const DIGEST = 'CloudTrail-Digest';
const ACCOUNT_SIZE = 12;
const DAY_SIZE = 8;
const NAME_MARK = '_CloudTrail_';
/** Comes right behind the slash: with it in the slash's place a path is behind all of a folder. */
const BEHIND_SLASH = '0';
/** Behind all paths. */
const HIGHEST = '\u{10FFFF}';
const WANTED = '';

export class TrailKeys {
  private isBucket: bool = false;
  /** What all keys begin with, and paths do not. */
  private folder: string = '';
  private readonly accounts: Set<string> = new Set<string>();
  private readonly interval: Interval = new Interval();
  private readonly told: Set<string> = new Set<string>();
  // Where the key at hand is being looked at.
  private key: string = '';
  private at: i32 = 0;

  /** An error message, or null. */
  open(location: string): string | null {
    this.isBucket = location.startsWith(SCHEME);
    if (!this.isBucket) return null;
    const slash = location.indexOf('/', SCHEME.length);
    this.folder = slash < 0 ? '' : location.substring(slash + 1, location.lastIndexOf('/') + 1);
    const names = accountList.split(',');
    for (let index = 0; index < names.length; index++) {
      const name = names[index].trim();
      if (name.length == 0) continue;
      if (!isAccount(name)) {
        return 's3AccountList names `' + name + '`, expected accounts of 12 digits with commas between';
      }
      this.accounts.add(name);
    }
    return this.interval.parse(interval);
  }

  /** '' for a path that is wanted, else one up to which nothing is. */
  skipBehind(path: string): string {
    if (!this.isBucket) return WANTED;
    this.key = this.folder + path;
    const root = this.key.indexOf(ROOT);
    if (root < 0 || (root > 0 && this.key.charAt(root - 1) != '/')) return this.judgeName(path);
    this.at = root + ROOT.length;
    let account = this.takeFolder();
    if (account.startsWith('o-')) account = this.takeFolder();
    if (!isAccount(account)) return this.judgeName(path);
    if (this.accounts.size > 0 && !this.accounts.has(account)) return this.behindFolder();
    const service = this.takeFolder();
    if (service.length == 0) return this.judgeName(path);
    if (service != SERVICE) return this.passService(service);
    this.takeFolder();
    const region = this.at;
    const day = this.takeFolder() + this.takeFolder() + this.takeFolder();
    if (day.length == DAY_SIZE) {
      const from = this.interval.from;
      const to = this.interval.to;
      if (from.length > 0 && day < from.substring(0, DAY_SIZE)) {
        const first = from.substring(0, 4) + '/' + from.substring(4, 6) + '/' + from.substring(6, DAY_SIZE);
        return this.toPath(this.key.substring(0, region) + first);
      }
      if (to.length > 0 && day > to.substring(0, DAY_SIZE)) {
        this.at = region;
        return this.behindFolder();
      }
    }
    return this.judgeName(path);
  }

  private passService(service: string): string {
    const name = this.key.substring(0, this.at);
    if (service != DIGEST && !this.told.has(name)) {
      this.told.add(name);
      log(LogLevel.Notice, name + ' is left out: it is of another service');
    }
    return this.behindFolder();
  }

  /** By the time in the name. */
  private judgeName(path: string): string {
    const from = this.interval.from;
    const to = this.interval.to;
    if (from.length == 0) return WANTED;
    const mark = path.lastIndexOf(NAME_MARK);
    const region = mark < 0 ? -1 : path.indexOf('_', mark + NAME_MARK.length);
    const end = region < 0 ? -1 : path.indexOf('Z_', region);
    if (end < 0) return WANTED;
    const time = path.substring(region + 1, end);
    return time < from || (to.length > 0 && time > to) ? path : WANTED;
  }

  /** Name of the next folder of the key; empty if there is none. */
  private takeFolder(): string {
    const slash = this.key.indexOf('/', this.at);
    if (slash < 0) return '';
    const name = this.key.substring(this.at, slash);
    this.at = slash + 1;
    return name;
  }

  /** Behind all of the folder that was taken last. */
  private behindFolder(): string {
    return this.toPath(this.key.substring(0, this.at - 1) + BEHIND_SLASH);
  }

  /** A key that all of the location lies before has no path of its own. */
  private toPath(key: string): string {
    return key.startsWith(this.folder) ? key.substring(this.folder.length) : HIGHEST;
  }
}

function isAccount(name: string): bool {
  if (name.length != ACCOUNT_SIZE) return false;
  for (let index = 0; index < ACCOUNT_SIZE; index++) {
    const code = name.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
