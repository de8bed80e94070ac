/* Lets a process start so many threads and no more, as a system does that has run out of them.
 * Loaded before the C library.
 *
 * THREADS says how many. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long n_started;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    const char *most = getenv("THREADS");
    if (most != NULL && atomic_fetch_add(&n_started, 1) >= atol(most))
        return EAGAIN;
    return ((__typeof__(&pthread_create))dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, run, argument);
}
