/* The files of a location, one after the other. Included by tiercel-lines.h. */

#define TIERCEL_ROOT TIERCEL_TEXT("input")
#define TIERCEL_ENTRIES_A_PAGE 1000

typedef struct {
  const char *path;
  size_t path_size;
  uint64_t size;
  uint64_t modified;
} tiercel_entry;

/* What an import answers: `result<handle or list, error>`. */
typedef struct {
  uint32_t is_error;
  /* The handle, or the list; the code of an error. */
  uint32_t value;
  uint32_t size;
  uint32_t message_size;
} tiercel_result;

TIERCEL_PART struct {
  tiercel_buffer location;
  /* A page of the list, and which of it is next. */
  tiercel_entry *entries;
  size_t entry_count;
  size_t next_entry;
  tiercel_buffer listed;
  bool is_listed;
  /* -1: no file is open. */
  int32_t object;
  tiercel_buffer path;
  bool at_end;
  bool is_dropping;
  tiercel_buffer end_error;
  /* Bytes that were read; those before `used` are used up. */
  tiercel_buffer bytes;
  size_t used;
  /* Bytes after the last line end. */
  size_t searched;
  uint64_t offset;
  uint64_t line;
} tiercel_source;

TIERCEL_PART tiercel_text tiercel_content(const tiercel_buffer *buffer) {
  return (tiercel_text){buffer->at, buffer->size};
}

TIERCEL_PART void tiercel_keep(tiercel_buffer *buffer, tiercel_text text) {
  buffer->size = 0;
  tiercel_push_text(buffer, text);
}

TIERCEL_PART tiercel_text tiercel_message(const tiercel_result *result) {
  return (tiercel_text){(const char *)result->size, result->message_size};
}

/* Without what a run of a followed file has in front: `#NUMBER/PATH`, or `#NUMBER` where the location is one file. */
TIERCEL_PART tiercel_text tiercel_file_name(void) {
  tiercel_text path = tiercel_content(&tiercel_source.path);
  if (path.size > 0 && path.at[0] == '#') tiercel_cut(&path, '/');
  if (path.size > 0) return path;
  tiercel_text location = tiercel_content(&tiercel_source.location);
  size_t start = location.size;
  while (start > 0 && location.at[start - 1] != '/') start--;
  return tiercel_from(location, start);
}

/* `line` 0: it is about the whole. */
TIERCEL_PART void tiercel_lose(uint64_t line, tiercel_text message) {
  tiercel_text name = tiercel_file_name();
  tiercel_import_report(TIERCEL_LOST, name.at, name.size, line, message.at, message.size);
}

typedef enum { TIERCEL_FOUND, TIERCEL_WAITING, TIERCEL_OVER } tiercel_found;

TIERCEL_PART void tiercel_drop_entries(void) {
  for (size_t at = tiercel_source.next_entry; at < tiercel_source.entry_count; at++)
    tiercel_release(tiercel_source.entries[at].path, tiercel_source.entries[at].path_size);
  tiercel_release(tiercel_source.entries, tiercel_source.entry_count);
  tiercel_source.entry_count = 0;
  tiercel_source.next_entry = 0;
}

TIERCEL_PART tiercel_found tiercel_list_more(tiercel_result *result) {
  tiercel_text root = TIERCEL_ROOT;
  tiercel_buffer *listed = &tiercel_source.listed;
  tiercel_drop_entries();
  tiercel_import_list(root.at, root.size, listed->at, listed->size, TIERCEL_ENTRIES_A_PAGE, result);
  if ((result->is_error & 0xff) != 0) {
    if ((result->value & 0xff) == TIERCEL_TIMED_OUT) return TIERCEL_WAITING;
    tiercel_source.is_listed = true;
    return TIERCEL_OVER;
  }
  tiercel_source.entries = (tiercel_entry *)result->value;
  tiercel_source.entry_count = result->size;
  if (result->size == 0) tiercel_source.is_listed = true;
  else {
    const tiercel_entry *last = &tiercel_source.entries[result->size - 1];
    tiercel_keep(listed, (tiercel_text){last->path, last->path_size});
  }
  return TIERCEL_FOUND;
}

TIERCEL_PART bool tiercel_open_file(tiercel_text path, uint64_t offset, bool has_to_be_there) {
  tiercel_result result;
  tiercel_text root = TIERCEL_ROOT;
  tiercel_keep(&tiercel_source.path, path);
  tiercel_source.at_end = false;
  tiercel_source.is_dropping = false;
  tiercel_source.end_error.size = 0;
  tiercel_source.bytes.size = 0;
  tiercel_source.used = 0;
  tiercel_source.searched = 0;
  tiercel_source.offset = offset;
  tiercel_source.line = 1;
  tiercel_import_open(root.at, root.size, path.at, path.size, 0, offset, &result);
  if ((result.is_error & 0xff) == 0) {
    tiercel_source.object = (int32_t)result.value;
    return true;
  }
  bool is_gone = (result.value & 0xff) == TIERCEL_NOT_FOUND;
  if (has_to_be_there || !is_gone) tiercel_lose(0, tiercel_message(&result));
  tiercel_release(tiercel_message(&result).at, result.message_size);
  return false;
}

TIERCEL_PART void tiercel_close_file(void) {
  if (tiercel_source.end_error.size > 0) tiercel_lose(0, tiercel_content(&tiercel_source.end_error));
  if (tiercel_source.object >= 0) tiercel_import_drop(tiercel_source.object);
  tiercel_source.object = -1;
}

TIERCEL_PART tiercel_found tiercel_next_file(void) {
  for (;;) {
    if (tiercel_source.next_entry < tiercel_source.entry_count) {
      tiercel_entry *entry = &tiercel_source.entries[tiercel_source.next_entry++];
      tiercel_text path = {entry->path, entry->path_size};
      bool is_open = tiercel_open_file(path, 0, true);
      tiercel_release(path.at, path.size);
      if (is_open) return TIERCEL_FOUND;
      continue;
    }
    if (tiercel_source.is_listed) return TIERCEL_OVER;
    tiercel_result result;
    tiercel_found found = tiercel_list_more(&result);
    if (found == TIERCEL_WAITING || found == TIERCEL_OVER) {
      if (found == TIERCEL_OVER) {
        tiercel_text message = tiercel_message(&result);
        tiercel_text location = tiercel_content(&tiercel_source.location);
        tiercel_import_report(TIERCEL_LOST, location.at, location.size, 0, message.at, message.size);
      }
      tiercel_release(tiercel_message(&result).at, result.message_size);
      return found;
    }
  }
}
