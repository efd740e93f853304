/* Made by `cargo xtask header`.
 *
 * Sidekick's engine as a C library: flags that follow a server, and answers out of memory.
 *
 * The host owns sockets and clocks, the library owns meaning. A host makes a client, tells it what happens
 * (`sidekick_handle_event`, `sidekick_handle_connected`, `sidekick_handle_bytes`), and after each of these polls
 * `sidekick_poll_output` until there is nothing more, and does what it says: open `GET /stream`, drop it, set a timer. It
 * asks for answers whenever it likes.
 *
 * Times are milliseconds of a clock that never goes back; where it starts does not matter.
 *
 * Texts are UTF-8, given as pointer and length, without a zero at their end. Null with length 0 is no text. What a
 * function is given it reads until it returns, and keeps no pointer to it.
 *
 * Errors: a function gives a `SidekickError`, 0 where all is well, or an answer that holds one. Pointers that are null or
 * not aligned are an error and never followed; a pointer to memory that is not what the function takes is the caller's
 * defect. `sidekick_last_error` has the words. A place to which a function writes is not read before: it need not be
 * initialised. No panic leaves a function: it is `SIDEKICK_ERROR_PANIC`, or, in a build without Rust's standard library, the
 * end of the process, as running out of memory is in both.
 *
 * Threads: every function may be called from any thread at any time, but `sidekick_client_free`, `sidekick_user_free` and
 * `sidekick_bytes_free`, which nobody else may be using their argument with. Evaluations run side by side, also while
 * another thread feeds the stream; as a rule one waits for 4 KiB of the stream at most, for the step in which a full
 * replay becomes live, or for a snapshot that is imported or, where the stream waits for that, exported. What happens to
 * a client should be told by one thread at a time, for its order has a meaning. No lock is held while a function of the
 * host's is called.
 *
 * Ownership: clients, users and bytes that the library gives are the caller's, and go back to the library by their own
 * function. Nothing else is to be freed.
 */


#ifndef SIDEKICK_H
#define SIDEKICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* Parts of an answer. */

/* 1 where the flag is on for the user, else 0. */
#define SIDEKICK_ENABLED(answer) ((answer) & 1u)
/* Why: a `SidekickReason`. */
#define SIDEKICK_REASON(answer) ((answer) >> 1 & 7u)
/* The rule's place, the bucket in thousandths, or the `SidekickError`, as the reason says. */
#define SIDEKICK_DETAIL(answer) ((answer) >> 4)


// The version of this interface. It is another where a program that was compiled for one cannot use the other.
#define SIDEKICK_ABI_VERSION 1

// The user key, where `SidekickFetch` is asked for a text.
#define SIDEKICK_USER_KEY UINT32_MAX

// What a call could not do. `sidekick_last_error` says more, in words.
typedef enum {
  // It was done.
  SIDEKICK_ERROR_NONE = 0,
  // A pointer is null or not aligned for what it points to, or a length is more than memory can have.
  SIDEKICK_ERROR_POINTER = 1,
  // A text is not UTF-8.
  SIDEKICK_ERROR_UTF8 = 2,
  // The flag was changed or deleted since the handle was made: resolve its key again.
  SIDEKICK_ERROR_STALE_HANDLE = 3,
  // There is no flag with this key.
  SIDEKICK_ERROR_FLAG_NOT_FOUND = 4,
  // The answer depends on the user key, and there is none.
  SIDEKICK_ERROR_NO_USER_KEY = 5,
  // A number is none of those that the function takes.
  SIDEKICK_ERROR_NUMBER = 6,
  // The text is no snapshot, is damaged, or is of a later version. The flags stay as they were.
  SIDEKICK_ERROR_SNAPSHOT = 7,
  // A defect of this library, in this call or, while the flags were written, in one before. The process goes on; the
  // client does not: use another.
  SIDEKICK_ERROR_PANIC = 8,
} SidekickError;

// What is to be done or known.
typedef enum {
  // Nothing more for now.
  SIDEKICK_OUTPUT_KIND_NONE = 0,
  // Drop the connection or the attempt. What it still brings is not to be handed in.
  SIDEKICK_OUTPUT_KIND_DISCONNECT = 1,
  // Open the stream. `text` is what to send as `Last-Event-ID`; without one that header is left out.
  SIDEKICK_OUTPUT_KIND_CONNECT = 2,
  // Something failed; the client goes on by itself. `text` is a code, a blank and a message for people; `number` is the
  // HTTP status of the codes `REFUSED` and `UNEXPECTED_STATUS`, else 0.
  SIDEKICK_OUTPUT_KIND_ERROR = 3,
  // Answers may have changed. `text` has the keys of the flags that were added, changed or removed: sorted, each once,
  // with commas between.
  SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED = 4,
  // The status is another: `number` is a `SidekickStatus`.
  SIDEKICK_OUTPUT_KIND_STATUS_CHANGED = 5,
  // Call `sidekick_handle_event` with `SIDEKICK_EVENT_TIMEOUT` at the time `number`, in milliseconds, or a little later.
  // It replaces the time that was asked for before.
  SIDEKICK_OUTPUT_KIND_WAKE_AT = 6,
} SidekickOutputKind;

// How far the flags in memory can be relied on.
typedef enum {
  // There are no flags yet: every answer is the caller's default.
  SIDEKICK_STATUS_CONNECTING = 0,
  // The flags follow the server.
  SIDEKICK_STATUS_READY = 1,
  // The flags are the last known ones: the stream is broken, or has not brought its first flags yet.
  SIDEKICK_STATUS_STALE = 2,
  // The client was closed. The flags are the last known ones.
  SIDEKICK_STATUS_CLOSED = 3,
} SidekickStatus;

// Why an answer was given, in bits 1 to 3 of it.
typedef enum {
  // There is no such flag: the answer is the caller's default.
  SIDEKICK_REASON_FLAG_NOT_FOUND = 0,
  // The flag is off.
  SIDEKICK_REASON_DISABLED = 1,
  // A rule matched. From bit 4 on stands its place, from 0.
  SIDEKICK_REASON_TARGETING_MATCH = 2,
  // The user's bucket was held against the rollout. From bit 4 on stands the bucket in thousandths, 0 to 99999.
  SIDEKICK_REASON_SPLIT = 3,
  // The rollout is none or all.
  SIDEKICK_REASON_STATIC = 4,
  // The question could not be answered: the answer is the caller's default. From bit 4 on stands a `SidekickError`.
  SIDEKICK_REASON_ERROR = 5,
} SidekickReason;

// What happened to the host.
typedef enum {
  // The client is to open its stream. A client starts once.
  SIDEKICK_EVENT_START = 0,
  // The connection is gone, or did not come about.
  SIDEKICK_EVENT_DISCONNECTED = 1,
  // The time came that `SIDEKICK_OUTPUT_KIND_WAKE_AT` named. Early does no harm: the time is then named again.
  SIDEKICK_EVENT_TIMEOUT = 2,
  // Now is a good time for an attempt: the network is back, or somebody looks at the screen again. A wait that the
  // client chose ends, though no sooner than a second after the last attempt began; one that the server asked for does
  // not.
  SIDEKICK_EVENT_RETRY = 3,
  // The client is to end everything but its flags.
  SIDEKICK_EVENT_CLOSE = 4,
} SidekickEvent;

// What `sidekick_export` gives.
typedef enum {
  // The flags as a text that `sidekick_import_snapshot` takes, in this version or a later one; null where there never
  // were any. It is as confidential as the flags.
  SIDEKICK_EXPORT_SNAPSHOT = 0,
  // All flags as a JSON array, sorted by key.
  SIDEKICK_EXPORT_FLAGS_JSON = 1,
} SidekickExport;

// A client of one server. Its memory is the library's.
typedef struct SidekickClient SidekickClient;

// A bound user. It belongs to no client, never changes, and may be used by many threads at once.
typedef struct SidekickUser SidekickUser;

// Bytes that the library gives: UTF-8, without a zero at their end. They are the caller's until
// `sidekick_bytes_free`, and are independent of the client.
typedef struct {
  // The first byte; null where there are none.
  uint8_t *pointer;
  // How many there are.
  size_t length;
} SidekickBytes;

// One thing to do or to know.
typedef struct {
  // What it is.
  SidekickOutputKind kind;
  // As the kind says.
  uint64_t number;
  // As the kind says; null where there is none.
  SidekickBytes text;
} SidekickOutput;

// Where a client stands.
typedef struct {
  // The revision of the server's store that the flags are of; 0 before the first.
  uint64_t revision;
  // How far the flags can be relied on.
  SidekickStatus status;
  // How many flags there are.
  uint32_t flag_count;
} SidekickState;

// A text of the caller's: UTF-8, without a zero at its end.
typedef struct {
  // Its first byte. Null with length 0 is no text: a user key or a value that is not given, else as the empty text.
  const uint8_t *pointer;
  // How many bytes it has.
  size_t length;
} SidekickText;

// An attribute of a user.
typedef struct {
  // Its name.
  SidekickText name;
  // Its value; one whose pointer is null is not given, and no rule matches it.
  SidekickText value;
} SidekickAttribute;

// A flag as `sidekick_resolve` found it. It is worth keeping until the flag changes.
typedef struct {
  // Finds the flag faster than its key does, until the flag changes.
  uint64_t handle;
  // The revision at which the flag last changed.
  uint64_t revision;
  // The answer where it is the same for everyone, so that nobody need ask; else -1.
  int32_t fixed;
  // How many attributes the flag's rules read, at most 64.
  uint32_t attribute_count;
} SidekickFlag;

// Gives a text that an evaluation needs: the user key where `index` is `SIDEKICK_USER_KEY`, else the value of the
// attribute at `index` of those that the flag reads. It writes the text to `text`, or leaves it as it is, null, where
// there is none. The text must stay where it is until `sidekick_evaluate_lazily` returns. It is asked for at most once.
// No lock is held meanwhile: it may call every function but `sidekick_client_free`. It must return: no exception and no
// `longjmp` may leave it.
typedef void (*SidekickFetch)(void *context, uint32_t index, SidekickText *text);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the interface that this library has, to be held against `SIDEKICK_ABI_VERSION`, the one that the program
// was compiled for.
uint32_t sidekick_abi_version(void);

// Makes a client without flags that has not started. `seed` spreads the delays of many clients: it should be random.
// Never null. To be freed with `sidekick_client_free`.
SidekickClient *sidekick_client_create(uint64_t seed);

// Frees a client; null is nothing. No other call with this client may be going on or come after.
void sidekick_client_free(SidekickClient *client);

// Something happened: `event` is a `SidekickEvent`, at the time `now`. Poll the outputs afterwards.
//
// Errors: `SIDEKICK_ERROR_NUMBER` where there is no such event.
SidekickError sidekick_handle_event(const SidekickClient *client, uint32_t event, uint64_t now);

// The server's answer arrived: its HTTP status and its headers `Content-Type` and `Retry-After`, each null where the answer
// has none. Poll the outputs afterwards.
//
// Errors: `SIDEKICK_ERROR_UTF8` where a header is no text; then the answer was not taken.
SidekickError sidekick_handle_connected(const SidekickClient *client,
                                        uint64_t now,
                                        uint16_t http_status,
                                        const uint8_t *content_type,
                                        size_t content_type_length,
                                        const uint8_t *retry_after,
                                        size_t retry_after_length);

// Bytes of the stream arrived, cut anywhere. Poll the outputs afterwards. They are taken in pieces of 4 KiB, between which
// waiting evaluations come in.
SidekickError sidekick_handle_bytes(const SidekickClient *client,
                                    uint64_t now,
                                    const uint8_t *bytes,
                                    size_t length);

// Writes what is to be done or known next to `output`; its kind is `SIDEKICK_OUTPUT_KIND_NONE` when there is nothing more.
// The text is the caller's: give it to `sidekick_bytes_free`. After an error there is none.
SidekickError sidekick_poll_output(const SidekickClient *client,
                                   SidekickOutput *output);

// Writes where the client stands to `state`.
SidekickError sidekick_state(const SidekickClient *client, SidekickState *state);

// Writes the flags to `bytes`, in the form that `what`, a `SidekickExport`, names. They are the caller's: give them to
// `sidekick_bytes_free`. Feeding waits meanwhile, and what asks after it has begun to wait.
//
// Errors: `SIDEKICK_ERROR_NUMBER` where there is no such form.
SidekickError sidekick_export(const SidekickClient *client, uint32_t what, SidekickBytes *bytes);

// Takes the flags of a snapshot, if the client has none yet or older ones of the same history and reads no stream, which
// brings newer ones; writes to `is_taken`, if that is not null, whether it did. Poll the outputs afterwards. Evaluations wait until the snapshot is read.
//
// Errors: `SIDEKICK_ERROR_SNAPSHOT` where it is damaged or none, in words by `sidekick_last_error`. The flags stay as they
// were.
SidekickError sidekick_import_snapshot(const SidekickClient *client,
                                       const uint8_t *snapshot,
                                       size_t length,
                                       bool *is_taken);

// Gives bytes back that the library gave, and makes them null, so that a second time does no harm. Null is nothing.
void sidekick_bytes_free(SidekickBytes *bytes);

// Copies the message of this client's last error, whichever thread it happened to, to `buffer`: as many bytes of it as
// `capacity` lets in, without a zero at the end. Gives the length of the whole message, 0 where there was no error yet. A
// null buffer with capacity 0 asks for the length alone. A call that succeeds leaves the message as it is.
size_t sidekick_last_error(const SidekickClient *client,
                           uint8_t *buffer,
                           size_t capacity);

// The answer for a user, by the flag's key and the attributes' names; of two with one name the first counts. See
// `SIDEKICK_ENABLED`, `SIDEKICK_REASON` and `SIDEKICK_DETAIL`; a text that is not UTF-8 makes an error of the answer only
// where it is read. It allocates nothing.
uint32_t sidekick_evaluate(const SidekickClient *client,
                           const uint8_t *flag_key,
                           size_t flag_key_length,
                           const uint8_t *user_key,
                           size_t user_key_length,
                           const SidekickAttribute *attributes,
                           size_t attribute_count,
                           bool default_value);

// Looks a flag up by its key and writes what is worth keeping of it to `flag`. What was found holds until any flag changes:
// then every function that takes the handle says `SIDEKICK_ERROR_STALE_HANDLE`.
//
// Errors: `SIDEKICK_ERROR_FLAG_NOT_FOUND`, which holds until `SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED` names the key.
SidekickError sidekick_resolve(const SidekickClient *client,
                               const uint8_t *flag_key,
                               size_t flag_key_length,
                               SidekickFlag *flag);

// Writes the name of the attribute at `index` of those that the flag's rules read to `name`, which is the caller's: give it
// to `sidekick_bytes_free`.
//
// Errors: `SIDEKICK_ERROR_STALE_HANDLE`; `SIDEKICK_ERROR_NUMBER` where the flag reads fewer.
SidekickError sidekick_attribute_name(const SidekickClient *client,
                                      uint64_t handle,
                                      uint32_t index,
                                      SidekickBytes *name);

// The answer for a user, by a handle and the values of the attributes that the flag reads, in its order: one that is null
// or left away at the end is not given. Otherwise as `sidekick_evaluate`; a stale handle is an error of the answer. It calls
// nothing of the host's.
uint32_t sidekick_evaluate_handle(const SidekickClient *client,
                                  uint64_t handle,
                                  const uint8_t *user_key,
                                  size_t user_key_length,
                                  const SidekickText *values,
                                  size_t value_count,
                                  bool default_value);

// The answer for a user, by a handle and a function that gives the user key and values when they are needed: for hosts to
// which every text costs. Otherwise as `sidekick_evaluate_handle`. `context` goes to the function as it is.
uint32_t sidekick_evaluate_lazily(const SidekickClient *client,
                                  uint64_t handle,
                                  SidekickFetch fetch,
                                  void *context,
                                  bool default_value);

// Binds a user, for many questions: copies key and attributes and writes the user to `user`. A null user key is none. To be
// freed with `sidekick_user_free`.
//
// Errors: `SIDEKICK_ERROR_POINTER` and `SIDEKICK_ERROR_UTF8`, without a message, for there is no client; `user` is then null.
SidekickError sidekick_user_create(const uint8_t *user_key,
                                   size_t user_key_length,
                                   const SidekickAttribute *attributes,
                                   size_t attribute_count,
                                   SidekickUser **user);

// Frees a bound user; null is nothing. No other call with this user may be going on or come after.
void sidekick_user_free(SidekickUser *user);

// The answer for a bound user, by a handle. Otherwise as `sidekick_evaluate_handle`.
uint32_t sidekick_evaluate_user(const SidekickClient *client,
                                uint64_t handle,
                                const SidekickUser *user,
                                bool default_value);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SIDEKICK_H */
