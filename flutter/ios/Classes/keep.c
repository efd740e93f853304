// Refers to every function of `ffi/include/sidekick.h`, so that linking keeps them: Dart finds them by their names at run
// time. They are never called from here, so their arguments don't matter.

extern void sidekick_abi_version(void);
extern void sidekick_client_create(void);
extern void sidekick_client_free(void);
extern void sidekick_handle_event(void);
extern void sidekick_handle_connected(void);
extern void sidekick_handle_bytes(void);
extern void sidekick_poll_output(void);
extern void sidekick_state(void);
extern void sidekick_export(void);
extern void sidekick_import_snapshot(void);
extern void sidekick_bytes_free(void);
extern void sidekick_last_error(void);
extern void sidekick_evaluate(void);
extern void sidekick_resolve(void);
extern void sidekick_attribute_name(void);
extern void sidekick_evaluate_handle(void);
extern void sidekick_evaluate_lazily(void);
extern void sidekick_user_create(void);
extern void sidekick_user_free(void);
extern void sidekick_evaluate_user(void);

// Not static, and marked as used, so that it stays itself.
__attribute__((used, visibility("default"))) void (*const sidekick_flutter_keep[])(void) = {
  sidekick_abi_version,
  sidekick_client_create,
  sidekick_client_free,
  sidekick_handle_event,
  sidekick_handle_connected,
  sidekick_handle_bytes,
  sidekick_poll_output,
  sidekick_state,
  sidekick_export,
  sidekick_import_snapshot,
  sidekick_bytes_free,
  sidekick_last_error,
  sidekick_evaluate,
  sidekick_resolve,
  sidekick_attribute_name,
  sidekick_evaluate_handle,
  sidekick_evaluate_lazily,
  sidekick_user_create,
  sidekick_user_free,
  sidekick_evaluate_user,
};
