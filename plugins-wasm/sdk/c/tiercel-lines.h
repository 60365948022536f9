/* A source of lines of text in files: a line is an event. Included by tiercel.h. */

#include "tiercel-files.h"

#define TIERCEL_READ_SIZE (256u << 10)
/* A longer line is reported as lost. */
#define TIERCEL_LINE_SIZE_MAX (16u << 20)
/* Milliseconds; the engine calls sooner when something comes. */
#define TIERCEL_IDLE 1000
/* A call that finds nothing but what is no event ends all the same. */
#define TIERCEL_READS_A_CALL 16
#define TIERCEL_PATH_SIZE_MAX (32u << 10)

/* When what a line tells happened, in nanoseconds since 1970, or TIERCEL_NO_TIME. NULL, or why it is no event. */
typedef const char *tiercel_judge(tiercel_text line, uint64_t *time);

TIERCEL_PART struct {
  tiercel_judge *judge;
  tiercel_buffer spans;
  tiercel_buffer times;
  tiercel_buffer position;
} tiercel_lines;

TIERCEL_PART void tiercel_use(size_t size) {
  tiercel_source.used += size;
  tiercel_source.searched = 0;
  tiercel_source.offset += size;
}

/* False: there is nothing for now. */
TIERCEL_PART bool tiercel_read_more(void) {
  tiercel_buffer *bytes = &tiercel_source.bytes;
  tiercel_result result;
  if (tiercel_source.used > 0) {
    bytes->size -= tiercel_source.used;
    __builtin_memmove(bytes->at, bytes->at + tiercel_source.used, bytes->size);
    tiercel_source.used = 0;
  }
  tiercel_import_read(tiercel_source.object, TIERCEL_READ_SIZE, &result);
  if ((result.is_error & 0xff) != 0) {
    bool is_waiting = (result.value & 0xff) == TIERCEL_TIMED_OUT;
    /* What is complete is still used. */
    if (!is_waiting) tiercel_keep(&tiercel_source.end_error, tiercel_message(&result));
    tiercel_source.at_end = !is_waiting;
    tiercel_release(tiercel_message(&result).at, result.message_size);
    return !is_waiting;
  }
  if (result.size == 0) tiercel_source.at_end = true;
  tiercel_push(bytes, (const char *)result.value, result.size);
  tiercel_release((const char *)result.value, result.size);
  if (bytes->size <= TIERCEL_LINE_SIZE_MAX) return true;
  if (!tiercel_source.is_dropping)
    tiercel_lose(tiercel_source.line, TIERCEL_TEXT("longer than an event may be (16 MiB)"));
  tiercel_source.is_dropping = true;
  tiercel_use(bytes->size);
  return true;
}

/* Without the carriage return before a line end, and the mark at the start of a file that some programs write. */
TIERCEL_PART tiercel_text tiercel_trimmed(tiercel_text line) {
  if (tiercel_starts_with(line, TIERCEL_TEXT("\xef\xbb\xbf"))) line = tiercel_from(line, 3);
  if (line.size > 0 && line.at[line.size - 1] == '\r') line.size--;
  return line;
}

/* The events of the whole lines that are there. */
TIERCEL_PART size_t tiercel_take_lines(uint32_t bytes_max, uint32_t events_max) {
  tiercel_text rest = tiercel_from(tiercel_content(&tiercel_source.bytes), tiercel_source.used);
  const char *start = rest.at;
  size_t count = 0;
  bool is_searched = false;
  tiercel_lines.spans.size = 0;
  tiercel_lines.times.size = 0;
  while (rest.size > 0 && count < events_max && ((size_t)(rest.at - start) < bytes_max || count == 0)) {
    size_t searched = rest.at == start ? tiercel_source.searched : 0;
    size_t feed = searched + tiercel_find(tiercel_from(rest, searched), '\n');
    bool is_ended = feed < rest.size;
    is_searched = !is_ended;
    if (!is_ended && !tiercel_source.at_end) break;
    tiercel_text line = tiercel_trimmed((tiercel_text){rest.at, feed});
    uint64_t time = TIERCEL_NO_TIME;
    if (line.size > 0 && !tiercel_source.is_dropping) {
      const char *wrong = tiercel_lines.judge == NULL ? NULL : tiercel_lines.judge(line, &time);
      if (wrong != NULL) tiercel_lose(tiercel_source.line, tiercel_text_of(wrong));
      else {
        tiercel_push_u32(&tiercel_lines.spans, (uint32_t)(line.at - start));
        tiercel_push_u32(&tiercel_lines.spans, (uint32_t)(line.at - start) + line.size);
        tiercel_push_u64(&tiercel_lines.times, time);
        count++;
      }
    }
    rest = tiercel_from(rest, feed + 1);
    if (!is_ended) break;
    tiercel_source.is_dropping = false;
    tiercel_source.line++;
  }
  tiercel_use((size_t)(rest.at - start));
  /* What stopped at a limit was not searched. */
  if (!tiercel_source.at_end && is_searched) tiercel_source.searched = rest.size;
  return count;
}

TIERCEL_PART void *tiercel_step(uint32_t kind) {
  __builtin_memset(tiercel_answer, 0, sizeof tiercel_answer);
  tiercel_answer[1] = kind;
  return tiercel_answer;
}

TIERCEL_PART void *tiercel_idle(void) {
  tiercel_step(1);
  tiercel_answer[2] = TIERCEL_IDLE;
  return tiercel_answer;
}

TIERCEL_PART void *tiercel_events(const char *start) {
  tiercel_step(0);
  size_t size = tiercel_lines.spans.size == 0 ? 0 : (size_t)(tiercel_source.bytes.at + tiercel_source.used - start);
  tiercel_answer[2] = (uint32_t)start;
  tiercel_answer[3] = size;
  tiercel_put_list(4, &tiercel_lines.spans, 4);
  tiercel_put_list(6, &tiercel_lines.times, 8);
  return tiercel_answer;
}

TIERCEL_PART void *tiercel_next(uint32_t bytes_max, uint32_t events_max) {
  for (uint32_t reads = 0; reads < TIERCEL_READS_A_CALL;) {
    if (tiercel_source.object < 0) {
      tiercel_found found = tiercel_next_file();
      if (found == TIERCEL_WAITING) return tiercel_idle();
      if (found == TIERCEL_OVER) return tiercel_step(2);
      continue;
    }
    const char *start = tiercel_source.bytes.at + tiercel_source.used;
    if (tiercel_take_lines(bytes_max, events_max) > 0) return tiercel_events(start);
    if (tiercel_source.at_end) tiercel_close_file();
    else if (!tiercel_read_more()) return tiercel_idle();
    reads++;
  }
  tiercel_lines.spans.size = 0;
  tiercel_lines.times.size = 0;
  return tiercel_events((const char *)tiercel_answer);
}

TIERCEL_PART void *tiercel_open(tiercel_text location, tiercel_judge *judge) {
  tiercel_result result;
  tiercel_lines.judge = judge;
  tiercel_source.object = -1;
  tiercel_keep(&tiercel_source.location, location);
  tiercel_release(location.at, location.size);
  tiercel_found found = tiercel_list_more(&result);
  if (found == TIERCEL_OVER) return tiercel_error(result.value & 0xff, tiercel_message(&result));
  if (found == TIERCEL_WAITING) tiercel_release(tiercel_message(&result).at, result.message_size);
  else if (tiercel_source.entry_count == 0)
    return tiercel_error(TIERCEL_NOT_FOUND, TIERCEL_TEXT("the location holds no files"));
  /* A root that is one object is listed with it. */
  else if (tiercel_source.entry_count == 1 && tiercel_source.entries[0].path_size == 0) tiercel_source.is_listed = true;
  return tiercel_ok();
}

/* `1`, offset, line, whether a file is open and a line is being dropped, path: a line of each. */
TIERCEL_PART void *tiercel_checkpoint(void) {
  tiercel_buffer *position = &tiercel_lines.position;
  tiercel_keep(position, TIERCEL_TEXT("1\n"));
  tiercel_push_number(position, tiercel_source.offset);
  tiercel_push_text(position, TIERCEL_TEXT("\n"));
  tiercel_push_number(position, tiercel_source.line);
  tiercel_push_text(position, TIERCEL_TEXT("\n"));
  tiercel_push_number(position, tiercel_source.object >= 0);
  tiercel_push_number(position, tiercel_source.is_dropping);
  tiercel_push_text(position, TIERCEL_TEXT("\n"));
  tiercel_push_text(position, tiercel_content(&tiercel_source.path));
  tiercel_put_list(0, position, 1);
  return tiercel_answer;
}

TIERCEL_PART bool tiercel_go_on_from(tiercel_text position) {
  uint64_t offset;
  uint64_t line;
  if (position.size > TIERCEL_PATH_SIZE_MAX) return false;
  if (!tiercel_equal(tiercel_cut(&position, '\n'), TIERCEL_TEXT("1"))) return false;
  if (!tiercel_number(tiercel_cut(&position, '\n'), &offset)) return false;
  if (!tiercel_number(tiercel_cut(&position, '\n'), &line)) return false;
  tiercel_text flags = tiercel_cut(&position, '\n');
  if (flags.size != 2) return false;
  bool is_open = flags.at[0] == '1';
  /* Before the first file. */
  if (!is_open && offset == 0 && position.size == 0) return true;
  tiercel_drop_entries();
  tiercel_keep(&tiercel_source.listed, position);
  tiercel_source.is_listed = position.size == 0;
  /* What was read to its end may have grown since, or be gone. */
  if (!tiercel_open_file(position, offset, is_open)) return true;
  tiercel_source.line = line;
  tiercel_source.is_dropping = flags.at[1] == '1';
  return true;
}

/* The exports of a source. `judge` may be NULL: every line is an event, without a time. */
#define TIERCEL_LINES(judge)                                                                               \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("source") "#open")                                                 \
  void *tiercel_export_open(const char *params, size_t size) {                                             \
    return tiercel_open((tiercel_text){params, size}, (judge));                                            \
  }                                                                                                        \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("source") "#next")                                                 \
  void *tiercel_export_next(uint32_t bytes_max, uint32_t events_max) {                                     \
    return tiercel_next(bytes_max, events_max);                                                            \
  }                                                                                                        \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("source") "#checkpoint")                                           \
  void *tiercel_export_checkpoint(void) { return tiercel_checkpoint(); }                                   \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("source") "#resume")                                               \
  void *tiercel_export_resume(const char *position, size_t size) {                                         \
    bool is_one = tiercel_go_on_from((tiercel_text){position, size});                                      \
    tiercel_release(position, size);                                                                       \
    if (is_one) return tiercel_ok();                                                                       \
    return tiercel_error(TIERCEL_INVALID_ARGUMENT, TIERCEL_TEXT("not a position of this plugin"));         \
  }                                                                                                        \
  /* Files stay where they are. */                                                                         \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("source") "#acknowledge")                                          \
  void tiercel_export_acknowledge(const char *position, size_t size) { tiercel_release(position, size); } \
  TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("source") "#close")                                                \
  void tiercel_export_close(void) { tiercel_close_file(); }                                                \
  _Static_assert(sizeof(tiercel_judge *) == 4, "made for wasm32")
