/* Stops its process at a call that changes files, or lets the call fail. Loaded before the C library.
 *
 * AT_CALL says at which such call, from 1; THEN what happens there: "kill" before the call does
 * anything, "half" after half of what it was to write, "fail" that it fails as on a broken disk,
 * and nothing stops. That it came to the call, it says on standard error. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long n_calls;

static const char *then(void)
{
    const char *at = getenv("AT_CALL");
    long call = atomic_fetch_add(&n_calls, 1) + 1;
    if (at == NULL || call != atol(at))
        return NULL;
    dprintf(STDERR_FILENO, "stopped at a call\n");
    return getenv("THEN");
}

/* Whether the call is to fail. Does not come back if the process is to end. */
static int fails(void)
{
    const char *what = then();
    if (what == NULL)
        return 0;
    if (strcmp(what, "fail") != 0)
        raise(SIGKILL);
    errno = EIO;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t n)
{
    struct stat it;
    if (fstat(fd, &it) != 0 || !S_ISREG(it.st_mode))
        return REAL(write)(fd, bytes, n);
    const char *what = then();
    if (what != NULL && strcmp(what, "fail") == 0) {
        errno = EIO;
        return -1;
    }
    if (what != NULL) {
        if (strcmp(what, "half") == 0)
            REAL(write)(fd, bytes, n / 2);
        raise(SIGKILL);
    }
    return REAL(write)(fd, bytes, n);
}

int fsync(int fd) { return fails() ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails() ? -1 : REAL(fdatasync)(fd); }
int ftruncate64(int fd, off64_t n) { return fails() ? -1 : REAL(ftruncate64)(fd, n); }
int rename(const char *from, const char *to) { return fails() ? -1 : REAL(rename)(from, to); }
int unlink(const char *path) { return fails() ? -1 : REAL(unlink)(path); }
int mkdir(const char *path, mode_t mode) { return fails() ? -1 : REAL(mkdir)(path, mode); }

/* The same, of files in a folder that is open. */
int renameat(int from, const char *name, int to, const char *other)
{
    return fails() ? -1 : REAL(renameat)(from, name, to, other);
}

int renameat2(int from, const char *name, int to, const char *other, unsigned int flags)
{
    return fails() ? -1 : REAL(renameat2)(from, name, to, other, flags);
}

int unlinkat(int folder, const char *name, int flags)
{
    return fails() ? -1 : REAL(unlinkat)(folder, name, flags);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
    return fails() ? -1 : REAL(mkdirat)(folder, name, mode);
}
