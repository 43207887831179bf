#ifndef EDDA_FAULT_VFS_H
#define EDDA_FAULT_VFS_H

#include <stdint.h>

/* A VFS for tests (sqlite.org/vfs.html): passes every call on to the default one, counts the calls, and lets one of
   them, or all of its kind from one on, go wrong. It can also die, as a process does, and afterwards take back what was
   not synced, as the loss of power does. One instance serves the connections of one store; instances are independent. */
typedef struct edda_fault_vfs edda_fault_vfs;

/* What a call asks for. */
enum edda_fault_kind {
    EDDA_CALL_OPEN,
    EDDA_CALL_READ,
    EDDA_CALL_WRITE,
    EDDA_CALL_TRUNCATE,
    EDDA_CALL_SYNC,
    EDDA_CALL_SIZE,
    EDDA_CALL_LOCK,
    EDDA_CALL_UNLOCK,
    EDDA_CALL_SHM_MAP,
    EDDA_CALL_SHM_LOCK,
    EDDA_CALL_DELETE,
    EDDA_CALL_ACCESS
};

/* Which file of a database a call is about. */
enum edda_fault_file { EDDA_FILE_DATABASE, EDDA_FILE_LOG, EDDA_FILE_JOURNAL, EDDA_FILE_OTHER };

/* What becomes of the call. */
enum edda_fault_action {
    EDDA_FAULT_FAIL,        /* not done, an error */
    EDDA_FAULT_HALF,        /* half of the bytes are written, and an error */
    EDDA_FAULT_DIE,         /* not done, and nothing is done from now on */
    EDDA_FAULT_KILL_BEFORE, /* the process is killed instead */
    EDDA_FAULT_KILL_AFTER   /* the process is killed afterwards */
};

/* Registers a VFS. Its name is copied. */
edda_fault_vfs *edda_fault_create(const char *name);
/* Unregisters it; all of its files are closed. */
void edda_fault_destroy(edda_fault_vfs *vfs);

/* Call number `call`, counting from 1, ends so; with `lasting` every later one of its kind as well. */
void edda_fault_arm(edda_fault_vfs *vfs, int64_t call, int action, int code, int lasting);
/* Nothing goes wrong any more. */
void edda_fault_heal(edda_fault_vfs *vfs);
/* From now on nothing is done. */
void edda_fault_die(edda_fault_vfs *vfs);

/* How many calls there have been, how many of them went wrong, how many files are open. */
int64_t edda_fault_calls(edda_fault_vfs *vfs);
int64_t edda_fault_hits(edda_fault_vfs *vfs);
int64_t edda_fault_open_files(edda_fault_vfs *vfs);
/* What a past call was; -1 for one that has not been. */
int edda_fault_kind_of(edda_fault_vfs *vfs, int64_t call);
int edda_fault_file_of(edda_fault_vfs *vfs, int64_t call);

/* Takes back on disk what was written since the last sync of each file, in sectors of 512 bytes: all of it, or with a
   seed other than 0 a random part. All files are closed. Returns 0, or -1 when a file is open or cannot be written. */
int edda_fault_lose_power(edda_fault_vfs *vfs, uint64_t seed);

#endif
