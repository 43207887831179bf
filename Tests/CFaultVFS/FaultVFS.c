#include "CFaultVFS.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512

/* A file by its path: what it held when it was last synced, in those sectors that were written since. */
typedef struct tracked_file {
    struct tracked_file *next;
    char *path;
    int role;
    sqlite3_int64 synced_size;
    unsigned char **old;   /* by number of sector; NULL where nothing was written */
    sqlite3_int64 sectors; /* how long `old` is */
} tracked_file;

struct edda_fault_vfs {
    sqlite3_vfs base; /* first: SQLite knows the instance by it */
    sqlite3_vfs *real;
    char *name;
    pthread_mutex_t mutex;
    tracked_file *files;
    int64_t open_files;
    int64_t calls;
    int64_t hits;
    int64_t armed;
    int action;
    int code;
    int lasting;
    int lasting_kind; /* set by the first hit of a lasting fault */
    int dead;
    unsigned char *record; /* kind and file of every call */
    int64_t room;
};

typedef struct {
    sqlite3_file base; /* first: SQLite knows the file by it */
    edda_fault_vfs *vfs;
    tracked_file *tracked;
    sqlite3_file *real;
} fault_file;

static fault_file *file_of(sqlite3_file *file) { return (fault_file *)file; }
static edda_fault_vfs *vfs_of(sqlite3_vfs *vfs) { return (edda_fault_vfs *)vfs; }

/* What a call that fails without a code of its own returns. */
static int natural_error(int kind) {
    switch (kind) {
    case EDDA_CALL_OPEN: return SQLITE_CANTOPEN;
    case EDDA_CALL_READ: return SQLITE_IOERR_READ;
    case EDDA_CALL_WRITE: return SQLITE_IOERR_WRITE;
    case EDDA_CALL_TRUNCATE: return SQLITE_IOERR_TRUNCATE;
    case EDDA_CALL_SYNC: return SQLITE_IOERR_FSYNC;
    case EDDA_CALL_SIZE: return SQLITE_IOERR_FSTAT;
    case EDDA_CALL_LOCK: return SQLITE_IOERR_LOCK;
    case EDDA_CALL_UNLOCK: return SQLITE_IOERR_UNLOCK;
    case EDDA_CALL_SHM_MAP: return SQLITE_IOERR_SHMMAP;
    case EDDA_CALL_SHM_LOCK: return SQLITE_IOERR_SHMLOCK;
    case EDDA_CALL_DELETE: return SQLITE_IOERR_DELETE;
    default: return SQLITE_IOERR_ACCESS;
    }
}

/* What is to become of a call. */
typedef struct {
    int code;       /* SQLITE_OK: it is done */
    int half;       /* half of it is done as well */
    int kill_after; /* the process dies when it is done */
} verdict;

/* Counts a call and judges it. The mutex is held. */
static verdict judge(edda_fault_vfs *vfs, int kind, int role) {
    verdict verdict = {SQLITE_OK, 0, 0};
    int64_t call = ++vfs->calls;
    if (call > vfs->room) {
        vfs->room = vfs->room ? vfs->room * 2 : 4096;
        vfs->record = realloc(vfs->record, (size_t)vfs->room);
    }
    vfs->record[call - 1] = (unsigned char)(kind << 2 | role);
    if (!vfs->dead && vfs->armed != 0) {
        int is_first = call == vfs->armed;
        int is_later = vfs->lasting && call > vfs->armed && kind == vfs->lasting_kind;
        if (is_first) vfs->lasting_kind = kind;
        if (is_first || is_later) {
            vfs->hits++;
            switch (vfs->action) {
            case EDDA_FAULT_KILL_BEFORE: kill(getpid(), SIGKILL); break;
            case EDDA_FAULT_KILL_AFTER: verdict.kill_after = 1; break;
            case EDDA_FAULT_DIE: vfs->dead = 1; break;
            default:
                verdict.code = vfs->code ? vfs->code : natural_error(kind);
                verdict.half = vfs->action == EDDA_FAULT_HALF;
            }
        }
    }
    if (vfs->dead) verdict.code = natural_error(kind);
    return verdict;
}

static int done(verdict verdict, int code) {
    if (verdict.kill_after) kill(getpid(), SIGKILL);
    return code;
}

/* Judges a call that has nothing else to guard. */
static verdict judged(edda_fault_vfs *vfs, int kind, int role) {
    pthread_mutex_lock(&vfs->mutex);
    verdict result = judge(vfs, kind, role);
    pthread_mutex_unlock(&vfs->mutex);
    return result;
}

/* What is remembered of files. The mutex is held in all of these. */

static tracked_file *track(edda_fault_vfs *vfs, const char *path, int role) {
    for (tracked_file *file = vfs->files; file; file = file->next) {
        if (strcmp(file->path, path) == 0) return file;
    }
    tracked_file *file = calloc(1, sizeof *file);
    file->path = strdup(path);
    file->role = role;
    file->next = vfs->files;
    vfs->files = file;
    return file;
}

static void settle(tracked_file *file, sqlite3_int64 size) {
    for (sqlite3_int64 sector = 0; sector < file->sectors; sector++) {
        free(file->old[sector]);
        file->old[sector] = NULL;
    }
    file->synced_size = size;
}

/* Keeps what a range of a file holds, unless it is kept already. */
static void keep(fault_file *file, sqlite3_int64 from, sqlite3_int64 to) {
    tracked_file *tracked = file->tracked;
    if (to <= from) return;
    sqlite3_int64 last = (to - 1) / SECTOR;
    if (last >= tracked->sectors) {
        sqlite3_int64 room = (last + 1) * 2;
        tracked->old = realloc(tracked->old, (size_t)room * sizeof *tracked->old);
        memset(tracked->old + tracked->sectors, 0, (size_t)(room - tracked->sectors) * sizeof *tracked->old);
        tracked->sectors = room;
    }
    for (sqlite3_int64 sector = from / SECTOR; sector <= last; sector++) {
        if (tracked->old[sector]) continue;
        tracked->old[sector] = calloc(1, SECTOR);
        /* A short read fills the rest with zeros. */
        file->real->pMethods->xRead(file->real, tracked->old[sector], SECTOR, sector * SECTOR);
    }
}

static sqlite3_int64 size_of(fault_file *file) {
    sqlite3_int64 size = 0;
    file->real->pMethods->xFileSize(file->real, &size);
    return size;
}

/* Methods of files. */

static int fault_close(sqlite3_file *base) {
    fault_file *file = file_of(base);
    int code = file->real->pMethods ? file->real->pMethods->xClose(file->real) : SQLITE_OK;
    pthread_mutex_lock(&file->vfs->mutex);
    file->vfs->open_files--;
    pthread_mutex_unlock(&file->vfs->mutex);
    return code;
}

static int fault_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    fault_file *file = file_of(base);
    verdict verdict = judged(file->vfs, EDDA_CALL_READ, file->tracked->role);
    if (verdict.code != SQLITE_OK) return verdict.code;
    return done(verdict, file->real->pMethods->xRead(file->real, bytes, count, offset));
}

static int fault_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    fault_file *file = file_of(base);
    pthread_mutex_lock(&file->vfs->mutex);
    verdict verdict = judge(file->vfs, EDDA_CALL_WRITE, file->tracked->role);
    int code = verdict.code;
    int written = code == SQLITE_OK ? count : verdict.half ? count / 2 : 0;
    if (written > 0) {
        keep(file, offset, offset + written);
        int outcome = file->real->pMethods->xWrite(file->real, bytes, written, offset);
        if (code == SQLITE_OK) code = outcome;
    }
    pthread_mutex_unlock(&file->vfs->mutex);
    return done(verdict, code);
}

static int fault_truncate(sqlite3_file *base, sqlite3_int64 size) {
    fault_file *file = file_of(base);
    pthread_mutex_lock(&file->vfs->mutex);
    verdict verdict = judge(file->vfs, EDDA_CALL_TRUNCATE, file->tracked->role);
    int code = verdict.code;
    if (code == SQLITE_OK) {
        keep(file, size, size_of(file));
        code = file->real->pMethods->xTruncate(file->real, size);
    }
    pthread_mutex_unlock(&file->vfs->mutex);
    return done(verdict, code);
}

/* Nothing reaches a disk here: what a sync promises is known from `settle`. */
static int fault_sync(sqlite3_file *base, int flags) {
    (void)flags;
    fault_file *file = file_of(base);
    pthread_mutex_lock(&file->vfs->mutex);
    verdict verdict = judge(file->vfs, EDDA_CALL_SYNC, file->tracked->role);
    if (verdict.code == SQLITE_OK) settle(file->tracked, size_of(file));
    pthread_mutex_unlock(&file->vfs->mutex);
    return done(verdict, verdict.code);
}

static int fault_size(sqlite3_file *base, sqlite3_int64 *size) {
    fault_file *file = file_of(base);
    verdict verdict = judged(file->vfs, EDDA_CALL_SIZE, file->tracked->role);
    if (verdict.code != SQLITE_OK) return verdict.code;
    return done(verdict, file->real->pMethods->xFileSize(file->real, size));
}

static int fault_lock(sqlite3_file *base, int level) {
    fault_file *file = file_of(base);
    verdict verdict = judged(file->vfs, EDDA_CALL_LOCK, file->tracked->role);
    if (verdict.code != SQLITE_OK) return verdict.code;
    return done(verdict, file->real->pMethods->xLock(file->real, level));
}

/* The lock is let go of in any case: a process that has died holds none. */
static int fault_unlock(sqlite3_file *base, int level) {
    fault_file *file = file_of(base);
    verdict verdict = judged(file->vfs, EDDA_CALL_UNLOCK, file->tracked->role);
    int code = file->real->pMethods->xUnlock(file->real, level);
    return done(verdict, verdict.code != SQLITE_OK ? verdict.code : code);
}

static int fault_reserved(sqlite3_file *base, int *result) {
    fault_file *file = file_of(base);
    return file->real->pMethods->xCheckReservedLock(file->real, result);
}

static int fault_control(sqlite3_file *base, int operation, void *argument) {
    fault_file *file = file_of(base);
    return file->real->pMethods->xFileControl(file->real, operation, argument);
}

static int fault_sector(sqlite3_file *base) {
    fault_file *file = file_of(base);
    return file->real->pMethods->xSectorSize(file->real);
}

static int fault_characteristics(sqlite3_file *base) {
    fault_file *file = file_of(base);
    return file->real->pMethods->xDeviceCharacteristics(file->real);
}

static int fault_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **address) {
    fault_file *file = file_of(base);
    verdict verdict = judged(file->vfs, EDDA_CALL_SHM_MAP, file->tracked->role);
    if (verdict.code != SQLITE_OK) {
        *address = NULL;
        return verdict.code;
    }
    return done(verdict, file->real->pMethods->xShmMap(file->real, region, size, extend, address));
}

/* Letting go never fails: SQLite does not look. */
static int fault_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    fault_file *file = file_of(base);
    if (flags & SQLITE_SHM_UNLOCK) return file->real->pMethods->xShmLock(file->real, offset, count, flags);
    verdict verdict = judged(file->vfs, EDDA_CALL_SHM_LOCK, file->tracked->role);
    if (verdict.code != SQLITE_OK) return verdict.code;
    return done(verdict, file->real->pMethods->xShmLock(file->real, offset, count, flags));
}

static void fault_shm_barrier(sqlite3_file *base) {
    fault_file *file = file_of(base);
    file->real->pMethods->xShmBarrier(file->real);
}

static int fault_shm_unmap(sqlite3_file *base, int remove) {
    fault_file *file = file_of(base);
    return file->real->pMethods->xShmUnmap(file->real, file->vfs->dead ? 0 : remove);
}

static const sqlite3_io_methods methods = {
    2, /* without xFetch: nothing is mapped */
    fault_close, fault_read, fault_write, fault_truncate, fault_sync, fault_size, fault_lock, fault_unlock,
    fault_reserved, fault_control, fault_sector, fault_characteristics, fault_shm_map, fault_shm_lock,
    fault_shm_barrier, fault_shm_unmap, NULL, NULL,
};

/* Methods of the VFS. */

static int role_of(int flags) {
    if (flags & SQLITE_OPEN_MAIN_DB) return EDDA_FILE_DATABASE;
    if (flags & SQLITE_OPEN_WAL) return EDDA_FILE_LOG;
    if (flags & SQLITE_OPEN_MAIN_JOURNAL) return EDDA_FILE_JOURNAL;
    return EDDA_FILE_OTHER;
}

static int fault_open(sqlite3_vfs *base, const char *path, sqlite3_file *opened, int flags, int *out) {
    edda_fault_vfs *vfs = vfs_of(base);
    fault_file *file = file_of(opened);
    memset(file, 0, sizeof *file);
    int role = role_of(flags);
    pthread_mutex_lock(&vfs->mutex);
    verdict verdict = judge(vfs, EDDA_CALL_OPEN, role);
    file->vfs = vfs;
    if (verdict.code == SQLITE_OK) file->tracked = track(vfs, path ? path : "", role);
    pthread_mutex_unlock(&vfs->mutex);
    if (verdict.code != SQLITE_OK) return verdict.code;
    file->real = (sqlite3_file *)&file[1];
    int code = vfs->real->xOpen(vfs->real, path, file->real, flags, out);
    if (file->real->pMethods) {
        file->base.pMethods = &methods;
        pthread_mutex_lock(&vfs->mutex);
        vfs->open_files++;
        pthread_mutex_unlock(&vfs->mutex);
    }
    return done(verdict, code);
}

static int fault_delete(sqlite3_vfs *base, const char *path, int sync_folder) {
    edda_fault_vfs *vfs = vfs_of(base);
    pthread_mutex_lock(&vfs->mutex);
    verdict verdict = judge(vfs, EDDA_CALL_DELETE, EDDA_FILE_OTHER);
    int code = verdict.code;
    if (code == SQLITE_OK) {
        code = vfs->real->xDelete(vfs->real, path, sync_folder);
        settle(track(vfs, path, EDDA_FILE_OTHER), 0);
    }
    pthread_mutex_unlock(&vfs->mutex);
    return done(verdict, code);
}

static int fault_access(sqlite3_vfs *base, const char *path, int flags, int *result) {
    edda_fault_vfs *vfs = vfs_of(base);
    verdict verdict = judged(vfs, EDDA_CALL_ACCESS, EDDA_FILE_OTHER);
    if (verdict.code != SQLITE_OK) return verdict.code;
    return done(verdict, vfs->real->xAccess(vfs->real, path, flags, result));
}

static int fault_full_path(sqlite3_vfs *base, const char *path, int room, char *out) {
    sqlite3_vfs *real = vfs_of(base)->real;
    return real->xFullPathname(real, path, room, out);
}

static int fault_randomness(sqlite3_vfs *base, int count, char *bytes) {
    sqlite3_vfs *real = vfs_of(base)->real;
    return real->xRandomness(real, count, bytes);
}

static int fault_sleep(sqlite3_vfs *base, int microseconds) {
    sqlite3_vfs *real = vfs_of(base)->real;
    return real->xSleep(real, microseconds);
}

static int fault_time(sqlite3_vfs *base, double *now) {
    sqlite3_vfs *real = vfs_of(base)->real;
    return real->xCurrentTime(real, now);
}

static int fault_last_error(sqlite3_vfs *base, int room, char *text) {
    sqlite3_vfs *real = vfs_of(base)->real;
    return real->xGetLastError ? real->xGetLastError(real, room, text) : 0;
}

static int fault_time64(sqlite3_vfs *base, sqlite3_int64 *now) {
    sqlite3_vfs *real = vfs_of(base)->real;
    return real->xCurrentTimeInt64(real, now);
}

/* What tests call. */

edda_fault_vfs *edda_fault_create(const char *name) {
    sqlite3_initialize();
    edda_fault_vfs *vfs = calloc(1, sizeof *vfs);
    vfs->real = sqlite3_vfs_find(NULL);
    vfs->name = strdup(name);
    pthread_mutex_init(&vfs->mutex, NULL);
    vfs->base.iVersion = 2;
    vfs->base.szOsFile = (int)sizeof(fault_file) + vfs->real->szOsFile;
    vfs->base.mxPathname = vfs->real->mxPathname;
    vfs->base.zName = vfs->name;
    vfs->base.xOpen = fault_open;
    vfs->base.xDelete = fault_delete;
    vfs->base.xAccess = fault_access;
    vfs->base.xFullPathname = fault_full_path;
    vfs->base.xRandomness = fault_randomness;
    vfs->base.xSleep = fault_sleep;
    vfs->base.xCurrentTime = fault_time;
    vfs->base.xGetLastError = fault_last_error;
    vfs->base.xCurrentTimeInt64 = fault_time64;
    sqlite3_vfs_register(&vfs->base, 0);
    return vfs;
}

void edda_fault_destroy(edda_fault_vfs *vfs) {
    sqlite3_vfs_unregister(&vfs->base);
    while (vfs->files) {
        tracked_file *file = vfs->files;
        vfs->files = file->next;
        settle(file, 0);
        free(file->old);
        free(file->path);
        free(file);
    }
    pthread_mutex_destroy(&vfs->mutex);
    free(vfs->record);
    free(vfs->name);
    free(vfs);
}

void edda_fault_arm(edda_fault_vfs *vfs, int64_t call, int action, int code, int lasting) {
    pthread_mutex_lock(&vfs->mutex);
    vfs->armed = call;
    vfs->action = action;
    vfs->code = code;
    vfs->lasting = lasting;
    pthread_mutex_unlock(&vfs->mutex);
}

void edda_fault_heal(edda_fault_vfs *vfs) { edda_fault_arm(vfs, 0, EDDA_FAULT_FAIL, 0, 0); }

void edda_fault_die(edda_fault_vfs *vfs) {
    pthread_mutex_lock(&vfs->mutex);
    vfs->dead = 1;
    pthread_mutex_unlock(&vfs->mutex);
}

static int64_t locked(edda_fault_vfs *vfs, const int64_t *value) {
    pthread_mutex_lock(&vfs->mutex);
    int64_t result = *value;
    pthread_mutex_unlock(&vfs->mutex);
    return result;
}

int64_t edda_fault_calls(edda_fault_vfs *vfs) { return locked(vfs, &vfs->calls); }
int64_t edda_fault_hits(edda_fault_vfs *vfs) { return locked(vfs, &vfs->hits); }
int64_t edda_fault_open_files(edda_fault_vfs *vfs) { return locked(vfs, &vfs->open_files); }

static int recorded(edda_fault_vfs *vfs, int64_t call) {
    pthread_mutex_lock(&vfs->mutex);
    int result = call >= 1 && call <= vfs->calls ? vfs->record[call - 1] : -1;
    pthread_mutex_unlock(&vfs->mutex);
    return result;
}

int edda_fault_kind_of(edda_fault_vfs *vfs, int64_t call) {
    int value = recorded(vfs, call);
    return value < 0 ? value : value >> 2;
}

int edda_fault_file_of(edda_fault_vfs *vfs, int64_t call) {
    int value = recorded(vfs, call);
    return value < 0 ? value : value & 3;
}

/* SplitMix64. */
static uint64_t next_random(uint64_t *state) {
    uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

static int lose(tracked_file *file, uint64_t *random) {
    int is_dirty = 0;
    for (sqlite3_int64 sector = 0; sector < file->sectors; sector++) is_dirty |= file->old[sector] != NULL;
    if (!is_dirty) return 0;
    int descriptor = open(file->path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return -1;
    int outcome = 0;
    for (sqlite3_int64 sector = 0; sector < file->sectors; sector++) {
        if (!file->old[sector] || (*random && next_random(random) & 1)) continue;
        if (pwrite(descriptor, file->old[sector], SECTOR, sector * SECTOR) != SECTOR) outcome = -1;
    }
    /* A file that grew may have its new length all the same, and one that shrank its new one. */
    if (!*random || next_random(random) & 1) outcome |= ftruncate(descriptor, file->synced_size);
    close(descriptor);
    settle(file, file->synced_size);
    return outcome;
}

int edda_fault_lose_power(edda_fault_vfs *vfs, uint64_t seed) {
    pthread_mutex_lock(&vfs->mutex);
    int outcome = vfs->open_files == 0 ? 0 : -1;
    uint64_t random = seed;
    for (tracked_file *file = vfs->files; file && outcome == 0; file = file->next) outcome = lose(file, &random);
    pthread_mutex_unlock(&vfs->mutex);
    return outcome;
}
