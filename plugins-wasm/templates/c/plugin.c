// The plugin: lines as `2026-01-01T08:00:03Z user=eve action=login ok=false`.

#include <tiercel.h>

// NULL, or why the line is no event: that is reported, with its number.
static const char *judge(tiercel_text line, uint64_t *time) {
  *time = tiercel_rfc3339(tiercel_cut(&line, ' '));
  return tiercel_pair(line, TIERCEL_TEXT("action")).size == 0 ? "has no action" : NULL;
}

// What the fields of an event are made of.
static struct {
  tiercel_text user, action, ok;
} event;

static bool parse(tiercel_text line) {
  event.user = tiercel_pair(line, TIERCEL_TEXT("user"));
  event.action = tiercel_pair(line, TIERCEL_TEXT("action"));
  event.ok = tiercel_pair(line, TIERCEL_TEXT("ok"));
  return true;
}

static void user(tiercel_value *value) { tiercel_put_text(value, event.user); }

static void action(tiercel_value *value) { tiercel_put_text(value, event.action); }

static void failed(tiercel_value *value) { tiercel_put_number(value, tiercel_equal(event.ok, TIERCEL_TEXT("false"))); }

// In the order of manifest.json.
static tiercel_field *const fields[] = {user, action, failed};

TIERCEL_LINES(judge);
TIERCEL_FIELDS(parse, fields);
