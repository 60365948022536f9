/*
 * Plugins in C: this header, clang and wasm-ld, and no library. A plugin includes it once, defines functions for what it
 * reads and for its fields, and ends with TIERCEL_LINES and TIERCEL_FIELDS. The interface below is that of
 * schemas/wit/v0.1/plugin.wit, laid out as the canonical ABI of the component model wants it.
 */

#ifndef TIERCEL_H
#define TIERCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

/* Most of what is here is for some plugins only. */
#define TIERCEL_PART static __attribute__((unused))
#define TIERCEL_EXPORT(name) __attribute__((export_name(name), used))
#define TIERCEL_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define TIERCEL_PLUGIN_PACKAGE(part) "tiercel:plugin/" part "@0.1.0"

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* Bytes of UTF-8, without a zero at their end. */
typedef struct {
  const char *at;
  size_t size;
} tiercel_text;

#define TIERCEL_TEXT(literal) ((tiercel_text){(literal), sizeof(literal) - 1})

TIERCEL_PART tiercel_text tiercel_text_of(const char *zero_ended) {
  size_t size = 0;
  while (zero_ended[size] != 0) size++;
  return (tiercel_text){zero_ended, size};
}

TIERCEL_PART bool tiercel_equal(tiercel_text a, tiercel_text b) {
  return a.size == b.size && __builtin_memcmp(a.at, b.at, a.size) == 0;
}

TIERCEL_PART bool tiercel_starts_with(tiercel_text text, tiercel_text start) {
  return text.size >= start.size && __builtin_memcmp(text.at, start.at, start.size) == 0;
}

/* Where a byte is; `text.size`: nowhere. */
TIERCEL_PART size_t tiercel_find(tiercel_text text, char byte) {
  size_t at = 0;
  v128_t wanted = wasm_i8x16_splat(byte);
  for (; text.size - at >= 16; at += 16) {
    uint32_t found = wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(text.at + at), wanted));
    if (found != 0) return at + (size_t)__builtin_ctz(found);
  }
  while (at < text.size && text.at[at] != byte) at++;
  return at;
}

TIERCEL_PART tiercel_text tiercel_from(tiercel_text text, size_t start) {
  size_t from = start < text.size ? start : text.size;
  return (tiercel_text){text.at + from, text.size - from};
}

/* Takes what is before the next `separator` off `rest`, and the separator; all of it where there is none. */
TIERCEL_PART tiercel_text tiercel_cut(tiercel_text *rest, char separator) {
  size_t size = tiercel_find(*rest, separator);
  tiercel_text part = {rest->at, size};
  *rest = tiercel_from(*rest, size + 1);
  return part;
}

/* A decimal number below 2^64 and nothing else. */
TIERCEL_PART bool tiercel_number(tiercel_text text, uint64_t *number) {
  uint64_t value = 0;
  if (text.size == 0 || text.size > 20) return false;
  for (size_t at = 0; at < text.size; at++) {
    uint64_t digit = (uint64_t)(uint8_t)text.at[at] - '0';
    if (digit > 9 || value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *number = value;
  return true;
}

/* The value of a name in `name=value` pairs between blanks; `at` is NULL if the name is missing. */
TIERCEL_PART tiercel_text tiercel_pair(tiercel_text pairs, tiercel_text name) {
  while (pairs.size > 0) {
    tiercel_text value = tiercel_cut(&pairs, ' ');
    if (value.size > name.size && value.at[name.size] == '=' && tiercel_starts_with(value, name))
      return tiercel_from(value, name.size + 1);
  }
  return (tiercel_text){NULL, 0};
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* Blocks of a power of two with their exponent in front; what is given back is used again for one of the same size. */

#define TIERCEL_BLOCK_HEADER 16
#define TIERCEL_SMALLEST_BLOCK 6

TIERCEL_PART void *tiercel_free_blocks[32];
TIERCEL_PART uintptr_t tiercel_unused = 0;

TIERCEL_PART void *tiercel_alloc(size_t size) {
  extern unsigned char __heap_base;
  uint32_t exponent = TIERCEL_SMALLEST_BLOCK;
  while (exponent < 31 && ((size_t)1 << exponent) < size + TIERCEL_BLOCK_HEADER) exponent++;
  void *known = tiercel_free_blocks[exponent];
  if (known != NULL) {
    tiercel_free_blocks[exponent] = *(void **)known;
    return known;
  }
  if (tiercel_unused == 0) tiercel_unused = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
  uintptr_t end = tiercel_unused + ((uintptr_t)1 << exponent);
  uintptr_t have = __builtin_wasm_memory_size(0) << 16;
  if (end > have && __builtin_wasm_memory_grow(0, (end - have + 0xffff) >> 16) == SIZE_MAX) __builtin_trap();
  uint32_t *header = (uint32_t *)tiercel_unused;
  header[0] = exponent;
  tiercel_unused = end;
  return (char *)header + TIERCEL_BLOCK_HEADER;
}

TIERCEL_PART void tiercel_free(void *block) {
  if (block == NULL) return;
  uint32_t exponent = *(uint32_t *)((char *)block - TIERCEL_BLOCK_HEADER);
  *(void **)block = tiercel_free_blocks[exponent];
  tiercel_free_blocks[exponent] = block;
}

/* A block has more room than was asked for, up to its power of two. */
TIERCEL_PART size_t tiercel_capacity(const void *block) {
  uint32_t exponent = *(const uint32_t *)((const char *)block - TIERCEL_BLOCK_HEADER);
  return ((size_t)1 << exponent) - TIERCEL_BLOCK_HEADER;
}

/* The host asks for room for what it hands over. An empty list has a place, and no block. */
TIERCEL_EXPORT("cabi_realloc")
void *tiercel_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
  if (size == 0) return (void *)alignment;
  void *block = tiercel_alloc(size);
  if (old_size > 0) {
    __builtin_memcpy(block, old, old_size < size ? old_size : size);
    tiercel_free(old);
  }
  return block;
}

/* Gives back what the host handed over. */
TIERCEL_PART void tiercel_release(const void *at, size_t size) {
  if (size > 0) tiercel_free((void *)at);
}

/* Bytes that grow, and are kept from call to call. */
typedef struct {
  char *at;
  size_t size;
  size_t room;
} tiercel_buffer;

/* Room for `more` bytes behind those that are there. */
TIERCEL_PART char *tiercel_room(tiercel_buffer *buffer, size_t more) {
  if (buffer->size + more > buffer->room) {
    char *grown = tiercel_alloc(buffer->size + more < 4096 ? 4096 : buffer->size + more);
    if (buffer->size > 0) __builtin_memcpy(grown, buffer->at, buffer->size);
    tiercel_free(buffer->at);
    buffer->at = grown;
    buffer->room = tiercel_capacity(grown);
  }
  return buffer->at + buffer->size;
}

TIERCEL_PART void tiercel_push(tiercel_buffer *buffer, const void *bytes, size_t size) {
  char *room = tiercel_room(buffer, size);
  if (size > 0) __builtin_memcpy(room, bytes, size);
  buffer->size += size;
}

TIERCEL_PART void tiercel_push_u32(tiercel_buffer *buffer, uint32_t value) { tiercel_push(buffer, &value, 4); }

TIERCEL_PART void tiercel_push_u64(tiercel_buffer *buffer, uint64_t value) { tiercel_push(buffer, &value, 8); }

TIERCEL_PART void tiercel_push_text(tiercel_buffer *buffer, tiercel_text text) {
  tiercel_push(buffer, text.at, text.size);
}

TIERCEL_PART void tiercel_push_number(tiercel_buffer *buffer, uint64_t value) {
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  tiercel_push(buffer, digits + at, sizeof digits - at);
}

/* clang makes calls of these, also out of loops. */
__attribute__((no_builtin, used)) int memcmp(const void *a, const void *b, size_t size) {
  const uint8_t *left = a;
  const uint8_t *right = b;
  for (size_t at = 0; at < size; at++)
    if (left[at] != right[at]) return left[at] < right[at] ? -1 : 1;
  return 0;
}

__attribute__((no_builtin, used)) void *memcpy(void *to, const void *from, size_t size) {
  uint8_t *target = to;
  const uint8_t *source = from;
  for (size_t at = 0; at < size; at++) target[at] = source[at];
  return to;
}

__attribute__((no_builtin, used)) void *memmove(void *to, const void *from, size_t size) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target <= source) return memcpy(to, from, size);
  for (size_t at = size; at > 0; at--) target[at - 1] = source[at - 1];
  return to;
}

__attribute__((no_builtin, used)) void *memset(void *to, int byte, size_t size) {
  uint8_t *target = to;
  for (size_t at = 0; at < size; at++) target[at] = (uint8_t)byte;
  return to;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

typedef enum {
  TIERCEL_INVALID_ARGUMENT,
  TIERCEL_UNSUPPORTED,
  TIERCEL_DENIED,
  TIERCEL_NOT_FOUND,
  TIERCEL_TIMED_OUT,
  TIERCEL_INTERRUPTED,
  TIERCEL_IO,
  TIERCEL_CORRUPT,
  TIERCEL_OTHER,
} tiercel_error_code;

/* One answer at a time is laid out here. */
TIERCEL_PART uint32_t tiercel_answer[24];

TIERCEL_PART void *tiercel_ok(void) {
  tiercel_answer[0] = 0;
  return tiercel_answer;
}

/* The message lives until the next call. */
TIERCEL_PART void *tiercel_error(tiercel_error_code code, tiercel_text message) {
  tiercel_answer[0] = 1;
  tiercel_answer[1] = code;
  tiercel_answer[2] = (uint32_t)message.at;
  tiercel_answer[3] = message.size;
  return tiercel_answer;
}

/* A plugin may define it: given the operator's init configuration, JSON, it answers NULL or why it is refused. */
__attribute__((weak)) const char *tiercel_configure(tiercel_text config);

TIERCEL_EXPORT(TIERCEL_PLUGIN_PACKAGE("plugin") "#init")
void *tiercel_export_init(const char *config, size_t size) {
  /* It may be kept: it is not given back. */
  const char *refused = tiercel_configure == NULL ? NULL : tiercel_configure((tiercel_text){config, size});
  return refused == NULL ? tiercel_ok() : tiercel_error(TIERCEL_INVALID_ARGUMENT, tiercel_text_of(refused));
}

/* ---- what a plugin may ask of the engine -------------------------------------------------------------------------- */

typedef enum { TIERCEL_LOG_ERROR, TIERCEL_LOG_WARNING, TIERCEL_LOG_NOTICE, TIERCEL_LOG_DEBUG } tiercel_level;
typedef enum { TIERCEL_LOST, TIERCEL_WARNING } tiercel_severity;

TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("log"), "write")
void tiercel_import_log(uint32_t level, const char *message, size_t size);
TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("report"), "add")
void tiercel_import_report(
    uint32_t severity, const char *subject, size_t subject_size, uint64_t line, const char *message, size_t size);
TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("clock"), "now") uint64_t tiercel_import_now(void);
TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("store"), "list-entries")
void tiercel_import_list(
    const char *root, size_t root_size, const char *after, size_t after_size, uint32_t limit, void *answer);
TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("store"), "open")
void tiercel_import_open(const char *root, size_t root_size, const char *path, size_t path_size, uint32_t encoding,
                         uint64_t offset, void *answer);
TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("store"), "[method]object.read")
void tiercel_import_read(int32_t object, uint32_t max, void *answer);
TIERCEL_IMPORT(TIERCEL_PLUGIN_PACKAGE("store"), "[resource-drop]object") void tiercel_import_drop(int32_t object);

TIERCEL_PART void tiercel_log(tiercel_level level, tiercel_text message) {
  tiercel_import_log(level, message.at, message.size);
}

/* Nanoseconds since 1970; a capability, to be asked for in the manifest. */
TIERCEL_PART uint64_t tiercel_now(void) { return tiercel_import_now(); }

#include "tiercel-times.h"
#include "tiercel-fields.h"
#include "tiercel-lines.h"

#endif
