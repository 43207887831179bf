#ifndef EDDA_CSQLITE_SHIM_H
#define EDDA_CSQLITE_SHIM_H

#include <sqlite3.h>

/* Swift cannot call C variadic functions; these wrap the two forms of sqlite3_db_config that Edda needs. */

static inline int edda_sqlite3_db_config(sqlite3 *database, int option, int value) {
    int now = 0;
    return sqlite3_db_config(database, option, value, &now);
}

#endif
