// Query logs of BIND 9, with `print-time yes`, and with the category and the severity or without:
//   03-Feb-2026 04:05:06.789 client @0x7f2b 192.0.2.7#53123 (a.example): query: a.example IN A +E(0)K (192.0.2.53)
// The server writes the time of its zone without saying which that is; it is taken for UTC.

#include <tiercel.h>

static struct {
  tiercel_text client, port, view, name, type, flags, server;
} query;

// The text behind the first `mark`, which the text before it is taken of; nowhere where there is none.
static tiercel_text behind(tiercel_text text, tiercel_text mark) {
  while (text.size >= mark.size && !tiercel_starts_with(text, mark))
    text = tiercel_from(text, 1 + tiercel_find(tiercel_from(text, 1), mark.at[0]));
  return text.size < mark.size ? (tiercel_text){NULL, 0} : tiercel_from(text, mark.size);
}

static bool parse(tiercel_text line) {
  tiercel_text rest = behind(line, TIERCEL_TEXT("client "));
  tiercel_text asked = behind(rest, TIERCEL_TEXT(": query: "));
  if (asked.at == NULL) return false;
  if (tiercel_starts_with(rest, TIERCEL_TEXT("@"))) tiercel_cut(&rest, ' ');
  tiercel_text from = tiercel_cut(&rest, ' ');
  query.client = tiercel_cut(&from, '#');
  query.port = from;
  tiercel_text view = behind((tiercel_text){rest.at, rest.size - asked.size}, TIERCEL_TEXT(": view "));
  query.view = view.at == NULL ? view : tiercel_cut(&view, ':');
  query.name = tiercel_cut(&asked, ' ');
  tiercel_cut(&asked, ' ');
  query.type = tiercel_cut(&asked, ' ');
  query.flags = tiercel_cut(&asked, ' ');
  query.server = tiercel_starts_with(asked, TIERCEL_TEXT("(")) ? tiercel_from(asked, 1) : (tiercel_text){NULL, 0};
  query.server.size = tiercel_find(query.server, ')');
  return true;
}

static uint64_t month_of(tiercel_text name) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (uint64_t month = 0; month < 12; month++)
    if (tiercel_equal(name, (tiercel_text){months + 3 * month, 3})) return month + 1;
  return 0;
}

static const char *judge(tiercel_text line, uint64_t *time) {
  uint64_t day, year, hour, minute, second, milliseconds;
  if (!parse(line)) return "no query of a client";
  if (!tiercel_digits(&line, 2, '-', &day)) return "begins with no date";
  uint64_t month = month_of(tiercel_cut(&line, '-'));
  if (!tiercel_digits(&line, 4, ' ', &year) || !tiercel_digits(&line, 2, ':', &hour)) return "begins with no date";
  if (!tiercel_digits(&line, 2, ':', &minute) || !tiercel_digits(&line, 2, '.', &second)) return "begins with no time";
  if (!tiercel_digits(&line, 3, ' ', &milliseconds)) return "begins with no time";
  *time = tiercel_time(year, month, day, hour * 3600 + minute * 60 + second);
  if (*time != TIERCEL_NO_TIME) *time += milliseconds * 1000000;
  return NULL;
}

static void client(tiercel_value *value) { tiercel_put_address(value, query.client); }

static void port(tiercel_value *value) { tiercel_put_digits(value, query.port); }

static void name(tiercel_value *value) { tiercel_put_text(value, query.name); }

static void labels(tiercel_value *value) {
  for (tiercel_text rest = query.name; rest.size > 0;) tiercel_add_text(value, tiercel_cut(&rest, '.'));
}

static void type(tiercel_value *value) { tiercel_put_text(value, query.type); }

static void recursive(tiercel_value *value) {
  tiercel_put_number(value, tiercel_starts_with(query.flags, TIERCEL_TEXT("+")));
}

static void server(tiercel_value *value) { tiercel_put_address(value, query.server); }

static void view(tiercel_value *value) { tiercel_put_text(value, query.view); }

// In the order of manifest.json.
static tiercel_field *const fields[] = {client, port, name, labels, type, recursive, server, view};

TIERCEL_LINES(judge);
TIERCEL_FIELDS(parse, fields);
