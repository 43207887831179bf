#ifndef EDDA_CSQLITE_SHIM_H
#define EDDA_CSQLITE_SHIM_H

#include <pthread.h>
#include <sqlite3.h>
#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

/* What Swift cannot call by itself: C variadic functions, and what its C library module leaves out. */

/* sqlite3_db_config in its form with one integer. */
static inline int edda_sqlite3_db_config(sqlite3 *database, int option, int value) {
    int now = 0;
    return sqlite3_db_config(database, option, value, &now);
}

/* Names the calling thread; at most 15 bytes. */
static inline void edda_name_thread(const char *name) {
#if defined(__linux__)
    prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
#else
    pthread_setname_np(name);
#endif
}

/* Whether the file system of a folder is one that is reached over a network (linux/magic.h). */
static inline int edda_is_on_network(const char *folder) {
    struct statfs status;
    if (statfs(folder, &status) != 0) return 0;
#if defined(__linux__)
    switch ((unsigned int)status.f_type) {
    case 0x6969u:     /* NFS */
    case 0x517Bu:     /* SMB */
    case 0xFF534D42u: /* CIFS */
    case 0xFE534D42u: /* SMB2 */
    case 0x5346414Fu: /* AFS */
    case 0x73757245u: /* Coda */
        return 1;
    default:
        return 0;
    }
#else
    return (status.f_flags & MNT_LOCAL) == 0;
#endif
}

#endif
