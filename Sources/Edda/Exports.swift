// One import brings everything that a program on Edda uses. The modules stay apart so that arrows between them
// point one way; who wants only one of them can import it alone.
@_exported public import EddaCore
@_exported public import EddaMessaging
@_exported public import EddaProjections
@_exported public import EddaSQLite
@_exported public import EddaSagas
