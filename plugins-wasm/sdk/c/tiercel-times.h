/* Times. Included by tiercel.h. */

/* An event without a usable time of its own. */
#define TIERCEL_NO_TIME UINT64_MAX

/* Nanoseconds since 1970, of a time in UTC. TIERCEL_NO_TIME for one that does not exist, or that is before. */
TIERCEL_PART uint64_t tiercel_time(uint64_t year, uint64_t month, uint64_t day, uint64_t second_of_day) {
  static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (year < 1970 || year > 2500 || month < 1 || month > 12) return TIERCEL_NO_TIME;
  if (day < 1 || day > days[month - 1] + (is_leap && month == 2 ? 1u : 0u)) return TIERCEL_NO_TIME;
  /* A leap second is the last of its day. */
  if (second_of_day > 86400) return TIERCEL_NO_TIME;
  uint64_t past = year - 1;
  uint64_t count = past * 365 + past / 4 - past / 100 + past / 400 - 719162 + day - 1;
  for (uint64_t before = 1; before < month; before++) count += days[before - 1] + (is_leap && before == 2 ? 1u : 0u);
  return (count * 86400 + second_of_day) * 1000000000u;
}

/* Digits of a number, and what has to be behind them (0: anything). */
TIERCEL_PART bool tiercel_digits(tiercel_text *rest, size_t count, char behind, uint64_t *number) {
  tiercel_text digits = {rest->at, count};
  if (rest->size < count || !tiercel_number(digits, number)) return false;
  if (behind != 0 && (rest->size == count || rest->at[count] != behind)) return false;
  *rest = tiercel_from(*rest, count + (behind != 0 ? 1 : 0));
  return true;
}

/* Nanoseconds since 1970 of `2026-02-03T04:05:06.789Z` (RFC 3339: a blank for the T, offsets); else TIERCEL_NO_TIME. */
TIERCEL_PART uint64_t tiercel_rfc3339(tiercel_text text) {
  uint64_t year, month, day, hour, minute, second, fraction = 0, ahead_hours = 0, ahead_minutes = 0;
  bool is_date = tiercel_digits(&text, 4, '-', &year) && tiercel_digits(&text, 2, '-', &month);
  if (!is_date || !tiercel_digits(&text, 2, 0, &day) || text.size == 0) return TIERCEL_NO_TIME;
  if (text.at[0] != 'T' && text.at[0] != 't' && text.at[0] != ' ') return TIERCEL_NO_TIME;
  text = tiercel_from(text, 1);
  bool is_clock = tiercel_digits(&text, 2, ':', &hour) && tiercel_digits(&text, 2, ':', &minute);
  if (!is_clock || !tiercel_digits(&text, 2, 0, &second)) return TIERCEL_NO_TIME;
  if (hour > 23 || minute > 59 || second > 60) return TIERCEL_NO_TIME;
  if (text.size > 0 && text.at[0] == '.') {
    uint64_t unit = 100000000;
    size_t at = 1;
    for (; at < text.size && text.at[at] >= '0' && text.at[at] <= '9'; at++, unit /= 10)
      fraction += (uint64_t)(text.at[at] - '0') * unit;
    if (at == 1) return TIERCEL_NO_TIME;
    text = tiercel_from(text, at);
  }
  if (text.size == 0) return TIERCEL_NO_TIME;
  char zone = text.at[0];
  text = tiercel_from(text, 1);
  bool has_offset = zone == '+' || zone == '-';
  if (!has_offset && zone != 'Z' && zone != 'z') return TIERCEL_NO_TIME;
  if (has_offset) {
    if (!tiercel_digits(&text, 2, ':', &ahead_hours) || !tiercel_digits(&text, 2, 0, &ahead_minutes))
      return TIERCEL_NO_TIME;
    if (ahead_hours > 23 || ahead_minutes > 59) return TIERCEL_NO_TIME;
  }
  uint64_t time = tiercel_time(year, month, day, hour * 3600 + minute * 60 + second);
  uint64_t ahead = (ahead_hours * 3600 + ahead_minutes * 60) * 1000000000u;
  if (text.size > 0 || time == TIERCEL_NO_TIME || (zone == '+' && time < ahead)) return TIERCEL_NO_TIME;
  return (zone == '+' ? time - ahead : time + ahead) + fraction;
}
