/* Fields: functions that put a value, in the order of the manifest. Included by tiercel.h. */

/* Where a field puts its value. A field for which nothing is put is absent. */
typedef struct {
  /* The argument in `field[argument]`; empty if there is none. */
  tiercel_text argument;
  tiercel_text event;
  uint32_t *cell;
  /* Where the elements of the list that is being put begin. */
  size_t list;
} tiercel_value;

typedef void tiercel_field(tiercel_value *value);

typedef struct {
  uint32_t field;
  tiercel_text argument;
} tiercel_request;

typedef struct {
  tiercel_request *requests;
  size_t count;
} tiercel_plan;

#define TIERCEL_PLANS 4
#define TIERCEL_INLINE 0x80000000u
#define TIERCEL_IN_SCRATCH 0x80000000u

TIERCEL_PART struct {
  tiercel_plan plans[TIERCEL_PLANS];
  tiercel_buffer cells;
  tiercel_buffer texts;
  tiercel_buffer numbers;
  tiercel_buffer lists;
  tiercel_buffer scratch;
  const char *data;
  size_t data_size;
} tiercel_columns;

TIERCEL_PART uint32_t tiercel_text_cell(tiercel_text text) {
  tiercel_buffer *texts = &tiercel_columns.texts;
  uint32_t cell = TIERCEL_INLINE | (uint32_t)(texts->size / 8);
  size_t start = (size_t)(text.at - tiercel_columns.data);
  /* What lies in the batch is named by its place. */
  bool is_found = text.at >= tiercel_columns.data && start + text.size <= tiercel_columns.data_size;
  tiercel_push_u32(texts, is_found ? start : tiercel_columns.scratch.size | TIERCEL_IN_SCRATCH);
  tiercel_push_u32(texts, text.size);
  if (!is_found) tiercel_push_text(&tiercel_columns.scratch, text);
  return cell;
}

TIERCEL_PART uint32_t tiercel_number_cell(uint64_t number) {
  uint32_t cell = TIERCEL_INLINE | (uint32_t)(tiercel_columns.numbers.size / 8);
  tiercel_push_u64(&tiercel_columns.numbers, number);
  return cell;
}

/* Text of the event, or any other: that is copied. Nowhere (`at` is NULL): absent. */
TIERCEL_PART void tiercel_put_text(tiercel_value *value, tiercel_text text) {
  if (text.at != NULL) *value->cell = tiercel_text_cell(text);
}

/* `uint64`; `bool`: 0 or 1; `abstime`, `reltime`: nanoseconds. */
TIERCEL_PART void tiercel_put_number(tiercel_value *value, uint64_t number) {
  *value->cell = tiercel_number_cell(number);
}

/* A number from its digits; anything else is absent. */
TIERCEL_PART void tiercel_put_digits(tiercel_value *value, tiercel_text text) {
  uint64_t number;
  if (tiercel_number(text, &number)) tiercel_put_number(value, number);
}

/* A list of texts: those that are added until the function of the field is left. */
TIERCEL_PART void tiercel_add_text(tiercel_value *value, tiercel_text text) {
  tiercel_buffer *lists = &tiercel_columns.lists;
  if (value->list == SIZE_MAX) {
    value->list = lists->size;
    *value->cell = TIERCEL_INLINE | (uint32_t)(lists->size / 4);
    tiercel_push_u32(lists, 0);
  }
  tiercel_push_u32(lists, tiercel_text_cell(text));
  *(uint32_t *)(lists->at + value->list) += 1;
}

TIERCEL_PART bool tiercel_parse_v4(tiercel_text text, uint8_t *bytes) {
  for (size_t part = 0; part < 4; part++) {
    uint64_t number;
    tiercel_text digits = part == 3 ? text : tiercel_cut(&text, '.');
    bool is_plain = digits.size == 1 || (digits.size > 1 && digits.size < 4 && digits.at[0] != '0');
    if (!is_plain || !tiercel_number(digits, &number) || number > 255) return false;
    bytes[part] = (uint8_t)number;
  }
  return true;
}

/* Up to four hexadecimal digits. */
TIERCEL_PART bool tiercel_parse_group(tiercel_text digits, uint8_t *bytes) {
  uint32_t value = 0;
  if (digits.size < 1 || digits.size > 4) return false;
  for (size_t at = 0; at < digits.size; at++) {
    uint8_t lower = (uint8_t)digits.at[at] | 0x20;
    uint32_t digit = lower >= 'a' && lower <= 'f' ? lower - 'a' + 10u : (uint8_t)digits.at[at] - (uint32_t)'0';
    if (digit > 15 || (digit > 9 && lower < 'a')) return false;
    value = value << 4 | digit;
  }
  bytes[0] = (uint8_t)(value >> 8);
  bytes[1] = (uint8_t)value;
  return true;
}

TIERCEL_PART bool tiercel_parse_v6(tiercel_text text, uint8_t *bytes) {
  size_t count = 0;
  size_t gap = SIZE_MAX;
  text = tiercel_cut(&text, '%');
  if (tiercel_starts_with(text, TIERCEL_TEXT("::"))) {
    gap = 0;
    text = tiercel_from(text, 2);
  }
  while (text.size > 0) {
    if (count > 14) return false;
    size_t colon = tiercel_find(text, ':');
    tiercel_text group = {text.at, colon};
    if (colon == text.size && tiercel_find(text, '.') < text.size) {
      if (count > 12 || !tiercel_parse_v4(text, bytes + count)) return false;
      count += 4;
      break;
    }
    if (!tiercel_parse_group(group, bytes + count)) return false;
    count += 2;
    if (colon == text.size) break;
    text = tiercel_from(text, colon + 1);
    if (text.size == 0) return false;
    if (text.at[0] != ':') continue;
    if (gap != SIZE_MAX) return false;
    gap = count;
    text = tiercel_from(text, 1);
  }
  if (gap == SIZE_MAX) return count == 16;
  if (count > 14) return false;
  size_t behind = count - gap;
  __builtin_memmove(bytes + 16 - behind, bytes + gap, behind);
  __builtin_memset(bytes + gap, 0, 16 - count);
  return true;
}

/* An IP address from its text; absent if the text is not an address. */
TIERCEL_PART void tiercel_put_address(tiercel_value *value, tiercel_text text) {
  uint8_t bytes[16];
  bool is_v6 = tiercel_find(text, ':') < text.size;
  if (!(is_v6 ? tiercel_parse_v6(text, bytes) : tiercel_parse_v4(text, bytes))) return;
  tiercel_put_text(value, (tiercel_text){(const char *)bytes, is_v6 ? 16 : 4});
}

/* A request as the host hands it over. */
typedef struct {
  uint32_t field;
  uint32_t has_argument;
  const char *argument;
  size_t argument_size;
  uint32_t opaque;
} tiercel_given_request;

TIERCEL_PART void *tiercel_configure_plan(
    uint32_t number, const tiercel_given_request *given, size_t count, size_t field_count) {
  if (number >= TIERCEL_PLANS) return tiercel_error(TIERCEL_INVALID_ARGUMENT, TIERCEL_TEXT("no such plan"));
  tiercel_plan *plan = &tiercel_columns.plans[number];
  for (size_t index = 0; index < plan->count; index++)
    tiercel_release(plan->requests[index].argument.at, plan->requests[index].argument.size);
  tiercel_free(plan->requests);
  plan->requests = tiercel_alloc(count * sizeof(tiercel_request));
  plan->count = count;
  bool is_known = true;
  for (size_t index = 0; index < count; index++) {
    bool has_argument = (given[index].has_argument & 0xff) != 0;
    tiercel_text none = {"", 0};
    tiercel_text argument = {given[index].argument, given[index].argument_size};
    if (given[index].field >= field_count) is_known = false;
    plan->requests[index] = (tiercel_request){given[index].field, has_argument ? argument : none};
  }
  tiercel_release(given, count);
  if (is_known) return tiercel_ok();
  plan->count = 0;
  return tiercel_error(TIERCEL_INVALID_ARGUMENT, TIERCEL_TEXT("no such field"));
}

/* One list of the answer. */
TIERCEL_PART void tiercel_put_list(size_t place, const tiercel_buffer *buffer, size_t element_size) {
  tiercel_answer[place] = buffer->size == 0 ? 8 : (uint32_t)buffer->at;
  tiercel_answer[place + 1] = buffer->size / element_size;
}

/* `parse` may be NULL. What it refuses has no fields. */
TIERCEL_PART void *tiercel_extract(uint32_t number, tiercel_text data, const uint32_t *spans, size_t event_count,
                                   bool (*parse)(tiercel_text event), tiercel_field *const *fields) {
  static const tiercel_plan none = {NULL, 0};
  const tiercel_plan *plan = number < TIERCEL_PLANS ? &tiercel_columns.plans[number] : &none;
  size_t cells_size = plan->count * event_count * 4;
  tiercel_columns.cells.size = 0;
  tiercel_columns.texts.size = 0;
  tiercel_columns.numbers.size = 0;
  tiercel_columns.lists.size = 0;
  tiercel_columns.scratch.size = 0;
  tiercel_columns.data = data.at;
  tiercel_columns.data_size = data.size;
  uint32_t *cells = (uint32_t *)tiercel_room(&tiercel_columns.cells, cells_size);
  __builtin_memset(cells, 0, cells_size);
  tiercel_columns.cells.size = cells_size;
  for (size_t index = 0; index < event_count; index++) {
    tiercel_text event = {data.at + spans[2 * index], spans[2 * index + 1] - spans[2 * index]};
    if (parse != NULL && !parse(event)) continue;
    for (size_t at = 0; at < plan->count; at++) {
      const tiercel_request *request = &plan->requests[at];
      tiercel_value value = {request->argument, event, &cells[at * event_count + index], SIZE_MAX};
      fields[request->field](&value);
    }
  }
  __builtin_memset(tiercel_answer, 0, sizeof tiercel_answer);
  tiercel_put_list(0, &tiercel_columns.cells, 4);
  tiercel_put_list(2, &tiercel_columns.texts, 4);
  tiercel_put_list(4, &tiercel_columns.numbers, 8);
  tiercel_put_list(6, &tiercel_columns.lists, 4);
  tiercel_put_list(8, &tiercel_columns.scratch, 1);
  /* Without dictionaries: places in the batch are as cheap. */
  for (size_t place = 10; place < 16; place += 2) tiercel_answer[place] = 8;
  return tiercel_answer;
}

/* The exports of an extractor. `fields`: an array of functions, in the order of the manifest. */
#define TIERCEL_FIELDS(parse, fields)                                                                           \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("extractor") "#configure")                                              \
  void *tiercel_export_configure(uint32_t plan, const tiercel_given_request *requests, size_t count) {          \
    return tiercel_configure_plan(plan, requests, count, sizeof(fields) / sizeof((fields)[0]));                 \
  }                                                                                                             \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("extractor") "#extract")                                                \
  void *tiercel_export_extract(uint32_t plan, const char *data, size_t size, const uint32_t *spans,             \
                               size_t span_count, const uint64_t *times, size_t time_count) {                   \
    void *answer = tiercel_extract(plan, (tiercel_text){data, size}, spans, span_count / 2, (parse), (fields)); \
    /* Inline values name places in the host's own copy of the batch, so ours can go. */                        \
    tiercel_release(data, size);                                                                                \
    tiercel_release(spans, span_count);                                                                         \
    tiercel_release(times, time_count);                                                                         \
    return answer;                                                                                              \
  }                                                                                                             \
  _Static_assert(sizeof(fields) > 0, "a plugin has a field")
