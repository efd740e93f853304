// The C ABI from C11: every function once for what it does, and once for what it refuses.

#include "check.h"

static uint32_t error_answer(bool default_value, SidekickError code) {
  return (uint32_t)default_value | (uint32_t)SIDEKICK_REASON_ERROR << 1 | (uint32_t)code << 4;
}

static SidekickFlag resolved(const SidekickClient *client, const char *key) {
  SidekickFlag flag;
  CHECK(sidekick_resolve(client, TEXT(key), &flag) == SIDEKICK_ERROR_NONE);
  return flag;
}

static void the_library_is_of_the_headers_version(void) {
  CHECK(sidekick_abi_version() == SIDEKICK_ABI_VERSION);
}

static void a_stream_is_followed_by_what_the_outputs_say(void) {
  SidekickClient *client = sidekick_client_create(7);
  SidekickOutput output;
  CHECK(sidekick_handle_event(client, SIDEKICK_EVENT_START, 0) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
  CHECK(output.kind == SIDEKICK_OUTPUT_KIND_CONNECT && output.text.pointer == NULL);
  CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
  CHECK(output.kind == SIDEKICK_OUTPUT_KIND_WAKE_AT && output.number == 45000);
  drain(client);

  CHECK(sidekick_handle_connected(client, 0, 200, TEXT("text/event-stream"), NULL, 0) == SIDEKICK_ERROR_NONE);
  feed(client, THREE_FLAGS);
  CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
  CHECK(output.kind == SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED && is_and_free(&output.text, "beta,half,off"));
  CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
  CHECK(output.kind == SIDEKICK_OUTPUT_KIND_STATUS_CHANGED && output.number == SIDEKICK_STATUS_READY);
  drain(client);

  SidekickState state;
  CHECK(sidekick_state(client, &state) == SIDEKICK_ERROR_NONE);
  CHECK(state.revision == 3 && state.status == SIDEKICK_STATUS_READY && state.flag_count == 3);

  CHECK(sidekick_handle_event(client, SIDEKICK_EVENT_DISCONNECTED, 2) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
  CHECK(output.kind == SIDEKICK_OUTPUT_KIND_ERROR && output.number == 0);
  const char *code = "CONNECTION_LOST ";
  CHECK(output.text.length > strlen(code) && memcmp(output.text.pointer, code, strlen(code)) == 0);
  sidekick_bytes_free(&output.text);
  sidekick_client_free(client);
}

static void a_flag_is_evaluated_by_key_and_names(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickAttribute attributes[] = {attribute_of("country", "DE"), attribute_of("email", "ann@acme.com"), attribute_of("email", "ann@other.com")};
  uint32_t answer = sidekick_evaluate(client, TEXT("beta"), TEXT("ann"), attributes, 3, false);
  CHECK(SIDEKICK_ENABLED(answer) == 1);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_TARGETING_MATCH && SIDEKICK_DETAIL(answer) == 1);

  answer = sidekick_evaluate(client, TEXT("half"), TEXT("ann"), NULL, 0, false);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_SPLIT && (SIDEKICK_DETAIL(answer) < 50000) == SIDEKICK_ENABLED(answer));
  answer = sidekick_evaluate(client, TEXT("off"), NULL, 0, NULL, 0, true);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_DISABLED && SIDEKICK_ENABLED(answer) == 0);
  answer = sidekick_evaluate(client, TEXT("unknown"), TEXT("ann"), NULL, 0, true);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_FLAG_NOT_FOUND && SIDEKICK_ENABLED(answer) == 1);
  sidekick_client_free(client);
}

static void a_handle_brings_the_names_that_the_rules_read(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickFlag flag = resolved(client, "beta");
  CHECK(flag.revision == 1 && flag.fixed == -1 && flag.attribute_count == 2);
  SidekickBytes name;
  CHECK(sidekick_attribute_name(client, flag.handle, 0, &name) == SIDEKICK_ERROR_NONE && is_and_free(&name, "plan"));
  CHECK(sidekick_attribute_name(client, flag.handle, 1, &name) == SIDEKICK_ERROR_NONE && is_and_free(&name, "email"));
  CHECK(sidekick_attribute_name(client, flag.handle, 2, &name) == SIDEKICK_ERROR_NUMBER && name.pointer == NULL);

  SidekickText values[] = {text_of(NULL), text_of("ann@acme.com")};
  uint32_t answer = sidekick_evaluate_handle(client, flag.handle, TEXT("ann"), values, 2, false);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_TARGETING_MATCH && SIDEKICK_DETAIL(answer) == 1);
  // What is left away is not given.
  answer = sidekick_evaluate_handle(client, flag.handle, TEXT("ann"), values, 1, false);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_STATIC && SIDEKICK_ENABLED(answer) == 0);
  // A flag that is off is off for everyone.
  flag = resolved(client, "off");
  CHECK(flag.fixed == SIDEKICK_REASON_DISABLED << 1);
  CHECK(sidekick_resolve(client, TEXT("unknown"), &flag) == SIDEKICK_ERROR_FLAG_NOT_FOUND);
  sidekick_client_free(client);
}

static void a_stale_handle_is_told(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickUser *user;
  CHECK(sidekick_user_create(TEXT("ann"), NULL, 0, &user) == SIDEKICK_ERROR_NONE);
  uint64_t handle = resolved(client, "half").handle;
  feed(client, "id: e:4\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"half\",\"is_enabled\":true,\"revision\":4}}\n\n");
  uint32_t stale = error_answer(true, SIDEKICK_ERROR_STALE_HANDLE);
  CHECK(sidekick_evaluate_handle(client, handle, TEXT("ann"), NULL, 0, true) == stale);
  CHECK(sidekick_evaluate_user(client, handle, user, true) == stale);
  CHECK(sidekick_evaluate_handle(client, resolved(client, "half").handle, TEXT("ann"), NULL, 0, false) == (1 | SIDEKICK_REASON_STATIC << 1));
  sidekick_user_free(user);
  sidekick_client_free(client);
}

struct host {
  const SidekickClient *client;
  int fetched;
  const char *user_key;
  const char *plan;
  const char *email;
  const char *change;
};

static void fetch(void *context, uint32_t index, SidekickText *text) {
  struct host *host = context;
  host->fetched += 1;
  *text = text_of(index == SIDEKICK_USER_KEY ? host->user_key : index == 0 ? host->plan : host->email);
  // No lock is held: the host may ask and feed meanwhile.
  CHECK(SIDEKICK_REASON(sidekick_evaluate(host->client, TEXT("off"), NULL, 0, NULL, 0, false)) == SIDEKICK_REASON_DISABLED);
  if (host->change != NULL) feed(host->client, host->change);
}

static void texts_are_fetched_when_they_are_needed(void) {
  SidekickClient *client = client_with_three_flags();
  struct host host = {client, 0, "ann", "pro", "ann@acme.com", NULL};
  uint64_t beta = resolved(client, "beta").handle;
  uint32_t answer = sidekick_evaluate_lazily(client, beta, fetch, &host, false);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_TARGETING_MATCH && SIDEKICK_DETAIL(answer) == 0 && host.fetched == 1);
  host.plan = NULL;
  host.fetched = 0;
  answer = sidekick_evaluate_lazily(client, beta, fetch, &host, false);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_TARGETING_MATCH && SIDEKICK_DETAIL(answer) == 1 && host.fetched == 2);

  host.fetched = 0;
  uint64_t half = resolved(client, "half").handle;
  answer = sidekick_evaluate_lazily(client, half, fetch, &host, false);
  CHECK(answer == sidekick_evaluate(client, TEXT("half"), TEXT("ann"), NULL, 0, false) && host.fetched == 1);
  host.user_key = NULL;
  CHECK(sidekick_evaluate_lazily(client, half, fetch, &host, true) == error_answer(true, SIDEKICK_ERROR_NO_USER_KEY));

  // The flag changes while its texts are fetched.
  host.change = "id: e:4\ndata: {\"type\":\"DELETE\",\"key\":\"beta\"}\n\n";
  CHECK(sidekick_evaluate_lazily(client, beta, fetch, &host, true) == error_answer(true, SIDEKICK_ERROR_STALE_HANDLE));
  CHECK(sidekick_evaluate_lazily(client, half, NULL, NULL, true) == error_answer(true, SIDEKICK_ERROR_POINTER));
  sidekick_client_free(client);
}

static void a_bound_user_keeps_copies(void) {
  SidekickClient *client = client_with_three_flags();
  char email[] = "ann@acme.com";
  SidekickAttribute attributes[] = {attribute_of("email", email), attribute_of("email", "x"), attribute_of("plan", NULL)};
  SidekickUser *user;
  CHECK(sidekick_user_create(TEXT("ann"), attributes, 3, &user) == SIDEKICK_ERROR_NONE);
  memset(email, 'x', sizeof email);
  uint32_t answer = sidekick_evaluate_user(client, resolved(client, "beta").handle, user, false);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_TARGETING_MATCH && SIDEKICK_DETAIL(answer) == 1);
  answer = sidekick_evaluate_user(client, resolved(client, "half").handle, user, false);
  CHECK(answer == sidekick_evaluate(client, TEXT("half"), TEXT("ann"), NULL, 0, false));
  sidekick_user_free(user);

  attributes[0].value.length = 1;
  attributes[0].value.pointer = (const uint8_t *)"\xff";
  CHECK(sidekick_user_create(TEXT("ann"), attributes, 3, &user) == SIDEKICK_ERROR_UTF8 && user == NULL);
  CHECK(sidekick_user_create(TEXT("ann"), NULL, 0, NULL) == SIDEKICK_ERROR_POINTER);
  sidekick_client_free(client);
}

static void flags_go_from_one_client_to_another(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickClient *other = sidekick_client_create(8);
  SidekickBytes snapshot, json;
  CHECK(sidekick_export(other, SIDEKICK_EXPORT_SNAPSHOT, &snapshot) == SIDEKICK_ERROR_NONE && snapshot.pointer == NULL);
  CHECK(sidekick_export(client, SIDEKICK_EXPORT_SNAPSHOT, &snapshot) == SIDEKICK_ERROR_NONE && snapshot.length > 0);
  bool is_taken = false;
  CHECK(sidekick_import_snapshot(other, snapshot.pointer, snapshot.length, &is_taken) == SIDEKICK_ERROR_NONE && is_taken);
  CHECK(sidekick_import_snapshot(other, snapshot.pointer, snapshot.length, &is_taken) == SIDEKICK_ERROR_NONE && !is_taken);
  CHECK(sidekick_import_snapshot(other, snapshot.pointer, snapshot.length, NULL) == SIDEKICK_ERROR_NONE);
  snapshot.pointer[snapshot.length - 5] ^= 1;
  CHECK(sidekick_import_snapshot(other, snapshot.pointer, snapshot.length, &is_taken) == SIDEKICK_ERROR_SNAPSHOT);
  sidekick_bytes_free(&snapshot);
  sidekick_bytes_free(&snapshot);
  CHECK(sidekick_export(other, SIDEKICK_EXPORT_FLAGS_JSON, &json) == SIDEKICK_ERROR_NONE);
  CHECK(json.length > 2 && json.pointer[0] == '[' && json.pointer[json.length - 1] == ']');
  sidekick_bytes_free(&json);
  SidekickState state;
  CHECK(sidekick_state(other, &state) == SIDEKICK_ERROR_NONE && state.revision == 3 && state.status == SIDEKICK_STATUS_STALE);
  sidekick_client_free(client);
  sidekick_client_free(other);
}

static void the_last_error_is_copied_out(void) {
  SidekickClient *client = client_with_three_flags();
  uint8_t message[100];
  CHECK(sidekick_last_error(client, NULL, 0) == 0);
  CHECK(sidekick_handle_event(client, 9, 0) == SIDEKICK_ERROR_NUMBER);
  const char *right = "the event is 9; it is one of 0 to 4";
  CHECK(sidekick_last_error(client, NULL, 0) == strlen(right));
  CHECK(sidekick_last_error(client, message, sizeof message) == strlen(right) && memcmp(message, right, strlen(right)) == 0);
  memset(message, '?', sizeof message);
  CHECK(sidekick_last_error(client, message, 9) == strlen(right) && memcmp(message, "the event?", 10) == 0);
  sidekick_client_free(client);
}

static void what_is_no_text_is_an_error_where_it_is_read(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickAttribute attribute = attribute_of("email", "\xc3\x28");
  SidekickAttribute unread = attribute_of("country", "\xff");
  CHECK(sidekick_evaluate(client, TEXT("beta"), TEXT("ann"), &attribute, 1, true) == error_answer(true, SIDEKICK_ERROR_UTF8));
  CHECK(SIDEKICK_REASON(sidekick_evaluate(client, TEXT("beta"), TEXT("\xff"), &unread, 1, true)) == SIDEKICK_REASON_STATIC);
  CHECK(sidekick_evaluate(client, TEXT("half"), TEXT("\xff"), NULL, 0, true) == error_answer(true, SIDEKICK_ERROR_UTF8));
  CHECK(sidekick_evaluate(client, TEXT("\xff"), TEXT("ann"), NULL, 0, false) == error_answer(false, SIDEKICK_ERROR_UTF8));
  attribute.value.pointer = NULL;
  CHECK(sidekick_evaluate(client, TEXT("beta"), TEXT("ann"), &attribute, 1, true) == error_answer(true, SIDEKICK_ERROR_POINTER));
  CHECK(sidekick_handle_connected(client, 0, 200, TEXT("\xff"), NULL, 0) == SIDEKICK_ERROR_UTF8);
  sidekick_client_free(client);
}

static void null_is_an_error_and_never_followed(void) {
  SidekickClient *client = client_with_three_flags();
  CHECK(sidekick_handle_event(NULL, SIDEKICK_EVENT_START, 0) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_handle_connected(NULL, 0, 200, NULL, 0, NULL, 0) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_handle_bytes(NULL, 0, NULL, 0) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_handle_bytes(client, 0, NULL, 5) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_handle_bytes(client, 0, NULL, 0) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_poll_output(client, NULL) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_state(client, NULL) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_export(client, SIDEKICK_EXPORT_SNAPSHOT, NULL) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_import_snapshot(client, NULL, 3, NULL) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_resolve(client, TEXT("beta"), NULL) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_attribute_name(client, 0, 0, NULL) == SIDEKICK_ERROR_POINTER);
  CHECK(sidekick_evaluate(NULL, TEXT("beta"), TEXT("ann"), NULL, 0, true) == error_answer(true, SIDEKICK_ERROR_POINTER));
  CHECK(sidekick_evaluate(client, TEXT("beta"), TEXT("ann"), NULL, 1, true) == error_answer(true, SIDEKICK_ERROR_POINTER));
  CHECK(sidekick_evaluate(client, NULL, 0, TEXT("ann"), NULL, 0, true) == 1);
  CHECK(sidekick_evaluate_handle(NULL, 0, NULL, 0, NULL, 0, false) == error_answer(false, SIDEKICK_ERROR_POINTER));
  CHECK(sidekick_evaluate_user(client, 0, NULL, true) == error_answer(true, SIDEKICK_ERROR_POINTER));
  CHECK(sidekick_evaluate_lazily(NULL, 0, fetch, NULL, true) == error_answer(true, SIDEKICK_ERROR_POINTER));
  CHECK(sidekick_last_error(NULL, NULL, 0) == 0);
  sidekick_client_free(NULL);
  sidekick_user_free(NULL);
  sidekick_bytes_free(NULL);
  sidekick_client_free(client);
}

int main(void) {
  the_library_is_of_the_headers_version();
  a_stream_is_followed_by_what_the_outputs_say();
  a_flag_is_evaluated_by_key_and_names();
  a_handle_brings_the_names_that_the_rules_read();
  a_stale_handle_is_told();
  texts_are_fetched_when_they_are_needed();
  a_bound_user_keeps_copies();
  flags_go_from_one_client_to_another();
  the_last_error_is_copied_out();
  what_is_no_text_is_an_error_where_it_is_read();
  null_is_an_error_and_never_followed();
  puts("smoke: ok");
  return 0;
}
