/*
 * What wasi-libc asks of the system, answered inside the module: a canister has no files, no arguments and no sockets. Standard output and error
 * go to ic0.debug_print, the clock is ic0.time, randomness is a fixed sequence (icicle.raw_rand gives the real thing).
 * The linker takes these functions instead of imports, since they have the names that wasi-libc calls.
 */
#include <stddef.h>

#include "ic0.h"

#define WASI(name, ...) int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__)
#define REFUSE(name, answer, ...) \
  WASI(name, __VA_ARGS__) { return answer; }

enum { SUCCESS = 0, BADF = 8, NOENT = 44, NOSYS = 52, NOTCAPABLE = 76 };

typedef int32_t i;
typedef int64_t l;

REFUSE(args_get, SUCCESS, i a, i b)
REFUSE(environ_get, SUCCESS, i a, i b)
REFUSE(fd_advise, BADF, i a, l b, l c, i d)
REFUSE(fd_allocate, BADF, i a, l b, l c)
REFUSE(fd_close, SUCCESS, i a)
REFUSE(fd_datasync, BADF, i a)
REFUSE(fd_fdstat_set_flags, BADF, i a, i b)
REFUSE(fd_filestat_get, BADF, i a, i b)
REFUSE(fd_filestat_set_size, BADF, i a, l b)
REFUSE(fd_filestat_set_times, BADF, i a, l b, l c, i d)
REFUSE(fd_pread, BADF, i a, i b, i c, l d, i e)
REFUSE(fd_prestat_get, BADF, i a, i b)
REFUSE(fd_prestat_dir_name, BADF, i a, i b, i c)
REFUSE(fd_pwrite, BADF, i a, i b, i c, l d, i e)
REFUSE(fd_read, BADF, i a, i b, i c, i d)
REFUSE(fd_readdir, BADF, i a, i b, i c, l d, i e)
REFUSE(fd_renumber, BADF, i a, i b)
REFUSE(fd_seek, BADF, i a, l b, i c, i d)
REFUSE(fd_sync, BADF, i a)
REFUSE(fd_tell, BADF, i a, i b)
REFUSE(path_create_directory, NOTCAPABLE, i a, i b, i c)
REFUSE(path_filestat_get, NOENT, i a, i b, i c, i d, i e)
REFUSE(path_filestat_set_times, NOENT, i a, i b, i c, i d, l e, l f, i g)
REFUSE(path_link, NOENT, i a, i b, i c, i d, i e, i f, i g)
REFUSE(path_open, NOENT, i a, i b, i c, i d, i e, l f, l g, i h, i j)
REFUSE(path_readlink, NOENT, i a, i b, i c, i d, i e, i f)
REFUSE(path_remove_directory, NOENT, i a, i b, i c)
REFUSE(path_rename, NOENT, i a, i b, i c, i d, i e, i f)
REFUSE(path_symlink, NOTCAPABLE, i a, i b, i c, i d, i e)
REFUSE(path_unlink_file, NOENT, i a, i b, i c)
REFUSE(poll_oneoff, NOSYS, i a, i b, i c, i d)
REFUSE(sched_yield, SUCCESS, void)
REFUSE(sock_accept, BADF, i a, i b, i c)
REFUSE(sock_recv, BADF, i a, i b, i c, i d, i e, i f)
REFUSE(sock_send, BADF, i a, i b, i c, i d, i e)
REFUSE(sock_shutdown, BADF, i a, i b)

static int32_t answer_two_zeros(i first, i second) {
  *(uint32_t *)first = 0;
  *(uint32_t *)second = 0;
  return SUCCESS;
}

WASI(args_sizes_get, i count, i size) { return answer_two_zeros(count, size); }
WASI(environ_sizes_get, i count, i size) { return answer_two_zeros(count, size); }

WASI(clock_res_get, i clock, i to) {
  *(uint64_t *)to = 1;
  return SUCCESS;
}

WASI(clock_time_get, i clock, l precision, i to) {
  *(uint64_t *)to = (uint64_t)ic0_time();
  return SUCCESS;
}

/* Descriptors 0, 1 and 2 are there and are no files. Layout: type, flags, rights, inheriting rights. */
WASI(fd_fdstat_get, i fd, i to) {
  if (fd > 2) return BADF;
  uint8_t *stat = (uint8_t *)to;
  for (int k = 0; k < 24; k++) stat[k] = 0;
  stat[0] = 2;
  return SUCCESS;
}

struct piece {
  const char *start;
  size_t size;
};

/* Lines of standard output and error become lines of the canister's log. */
WASI(fd_write, i fd, i pieces, i count, i written) {
  static char line[1024];
  static size_t length = 0;
  if (fd != 1 && fd != 2) return BADF;
  size_t total = 0;
  for (int k = 0; k < count; k++) {
    const struct piece *piece = (const struct piece *)pieces + k;
    total += piece->size;
    for (size_t at = 0; at < piece->size; at++) {
      if (piece->start[at] != '\n') line[length++] = piece->start[at];
      if (piece->start[at] != '\n' && length < sizeof line) continue;
      ic0_debug_print(line, (int32_t)length);
      length = 0;
    }
  }
  *(uint32_t *)written = (uint32_t)total;
  return SUCCESS;
}

/* A sequence with a fixed start: canisters are deterministic, and so is what is not asked of the management canister. */
WASI(random_get, i to, i size) {
  static uint64_t state = 0x9e3779b97f4a7c15;
  for (i k = 0; k < size; k++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    ((uint8_t *)to)[k] = (uint8_t)(state >> 32);
  }
  return SUCCESS;
}

_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(i code) {
  static const char message[] = "The program asked to exit.";
  ic0_trap(message, sizeof message - 1);
}
