// Replays the lines of `script.py`, and so the vectors that every engine answers alike, through the C ABI. C++17.

#include "sidekick.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

using Words = std::vector<std::string>;

namespace {

std::string current;

[[noreturn]] void fail(const std::string &what) {
  std::cerr << current << ": " << what << "\n";
  std::exit(1);
}

void same(const std::string &is, const std::string &right, const std::string &what) {
  if (is != right) fail(what + ": " + is + " where " + right + " is right");
}

// A text of the script; `is_given` is false for `-`.
struct Text {
  bool is_given;
  std::string bytes;

  const uint8_t *data() const { return is_given ? reinterpret_cast<const uint8_t *>(bytes.data()) : nullptr; }
  size_t size() const { return bytes.size(); }
  SidekickText view() const { return {data(), size()}; }
};

Text text(const std::string &word) {
  if (word == "-") return {false, ""};
  Text text{true, ""};
  for (size_t at = 1; at + 1 < word.size(); at += 2) text.bytes += static_cast<char>(std::stoi(word.substr(at, 2), nullptr, 16));
  return text;
}

std::string hexed(const std::string &bytes) {
  static const char *digits = "0123456789abcdef";
  std::string hex = "x";
  for (unsigned char byte : bytes) (hex += digits[byte >> 4]) += digits[byte & 15];
  return hex;
}

std::string taken(SidekickBytes *bytes) {
  std::string text(reinterpret_cast<const char *>(bytes->pointer), bytes->length);
  sidekick_bytes_free(bytes);
  return text;
}

void check(SidekickError error, const char *what) {
  if (error != SIDEKICK_ERROR_NONE) fail(std::string(what) + " gave the error " + std::to_string(error));
}

const char *const STATUSES[] = {"CONNECTING", "READY", "STALE", "CLOSED"};

// One client, and what it has said since the last input.
class Client {
 public:
  explicit Client(uint64_t seed) : client_(sidekick_client_create(seed)) {}
  ~Client() { sidekick_client_free(client_); }
  Client(const Client &) = delete;
  Client &operator=(const Client &) = delete;

  SidekickClient *get() const { return client_; }

  void event(SidekickEvent event, uint64_t now) {
    said_.clear();
    check(sidekick_handle_event(client_, event, now), "sidekick_handle_event");
    poll();
  }

  void connected(uint64_t now, uint16_t status, const Text &content_type, const Text &retry_after) {
    said_.clear();
    check(sidekick_handle_connected(client_, now, status, content_type.data(), content_type.size(), retry_after.data(), retry_after.size()),
          "sidekick_handle_connected");
    poll();
  }

  // The outputs are polled after each piece, or after the last one.
  void bytes(uint64_t now, const std::vector<std::string> &pieces, bool is_polled_after_each) {
    said_.clear();
    for (const std::string &piece : pieces) {
      check(sidekick_handle_bytes(client_, now, reinterpret_cast<const uint8_t *>(piece.data()), piece.size()), "sidekick_handle_bytes");
      if (is_polled_after_each) poll();
    }
    poll();
  }

  void import(const Text &snapshot, const std::string &right, const Text &contains) {
    said_.clear();
    bool is_taken = false;
    SidekickError error = sidekick_import_snapshot(client_, snapshot.data(), snapshot.size(), &is_taken);
    if (error != SIDEKICK_ERROR_NONE && error != SIDEKICK_ERROR_SNAPSHOT) check(error, "sidekick_import_snapshot");
    std::string is = error == SIDEKICK_ERROR_SNAPSHOT ? "error" : is_taken ? "True" : "False";
    same(is, right, "imported");
    if (error == SIDEKICK_ERROR_SNAPSHOT && last_error().find(contains.bytes) == std::string::npos) fail("the message is: " + last_error());
    poll();
  }

  // In the order of the kinds, with the changed keys united.
  std::string said() const {
    static const char *kinds[] = {"", "disconnect", "connect", "error", "flags_changed", "status", "wake_at"};
    std::string all;
    for (const auto &[kind, value] : said_) all += (all.empty() ? "" : " ") + std::string(kinds[kind]) + ":" + value;
    return all;
  }

  std::string said(SidekickOutputKind kind) const {
    auto found = said_.find(kind);
    return found == said_.end() ? "-" : found->second;
  }

  SidekickState state() const {
    SidekickState state;
    check(sidekick_state(client_, &state), "sidekick_state");
    return state;
  }

  std::string exported(SidekickExport what) const {
    SidekickBytes bytes;
    check(sidekick_export(client_, what, &bytes), "sidekick_export");
    return taken(&bytes);
  }

  // The event id that the flags are of, from the line of the snapshot that has it.
  std::string id() const {
    std::istringstream lines(exported(SIDEKICK_EXPORT_SNAPSHOT));
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("id: ", 0) == 0) return hexed(line.substr(4));
    }
    return "-";
  }

 private:
  std::string last_error() const {
    std::string message(sidekick_last_error(client_, nullptr, 0), '\0');
    sidekick_last_error(client_, reinterpret_cast<uint8_t *>(message.data()), message.size());
    return message;
  }

  void poll() {
    for (;;) {
      SidekickOutput output;
      check(sidekick_poll_output(client_, &output), "sidekick_poll_output");
      std::string text = taken(&output.text);
      switch (output.kind) {
        case SIDEKICK_OUTPUT_KIND_NONE:
          return;
        case SIDEKICK_OUTPUT_KIND_DISCONNECT:
          add(output.kind, "True");
          break;
        case SIDEKICK_OUTPUT_KIND_CONNECT:
          add(output.kind, hexed(text));
          break;
        case SIDEKICK_OUTPUT_KIND_ERROR:
          add(output.kind, text.substr(0, text.find(' ')));
          break;
        case SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED:
          change(text);
          break;
        case SIDEKICK_OUTPUT_KIND_STATUS_CHANGED:
          add(output.kind, STATUSES[output.number]);
          break;
        case SIDEKICK_OUTPUT_KIND_WAKE_AT:
          add(output.kind, std::to_string(output.number));
          break;
      }
    }
  }

  void add(SidekickOutputKind kind, const std::string &value) {
    if (!said_.emplace(kind, value).second) fail("an output of the kind " + std::to_string(kind) + " came twice");
  }

  void change(const std::string &keys) {
    std::string before = text(said(SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED)).bytes;
    std::set<std::string> united;
    for (const std::string &list : {before, keys}) {
      std::istringstream all(list);
      for (std::string key; std::getline(all, key, ',');) united.insert(key);
    }
    std::string joined;
    for (const std::string &key : united) joined += (joined.empty() ? "" : ",") + key;
    said_[SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED] = hexed(joined);
  }

  SidekickClient *client_;
  std::map<int, std::string> said_;
};

// A question in each of the four ways.
class Question {
 public:
  Question(const SidekickClient *client, const Words &words) : client_(client), flag_key_(text(words[2])), user_key_(text(words[3])), default_(words[4] == "1") {
    for (size_t at = 5; at + 1 < words.size(); at += 2) attributes_.emplace_back(text(words[at]), text(words[at + 1]));
  }

  void is_answered(const std::string &right) {
    std::vector<SidekickAttribute> named;
    for (const auto &[name, value] : attributes_) named.push_back({name.view(), value.view()});
    same(std::to_string(sidekick_evaluate(client_, flag_key_.data(), flag_key_.size(), user_key_.data(), user_key_.size(), named.data(), named.size(), default_)), right,
         "by key");
    SidekickFlag flag;
    SidekickError error = sidekick_resolve(client_, flag_key_.data(), flag_key_.size(), &flag);
    if (error == SIDEKICK_ERROR_FLAG_NOT_FOUND) return same(right, std::to_string(default_ ? 1 : 0), "of no flag");
    check(error, "sidekick_resolve");
    for (uint32_t index = 0; index < flag.attribute_count; ++index) values_.push_back(value_at(flag.handle, index));
    same(std::to_string(sidekick_evaluate_handle(client_, flag.handle, user_key_.data(), user_key_.size(), values_.data(), values_.size(), default_)), right, "by handle");
    same(std::to_string(sidekick_evaluate_lazily(client_, flag.handle, fetch, this, default_)), right, "lazily");
    SidekickUser *user;
    check(sidekick_user_create(user_key_.data(), user_key_.size(), named.data(), named.size(), &user), "sidekick_user_create");
    same(std::to_string(sidekick_evaluate_user(client_, flag.handle, user, default_)), right, "bound");
    sidekick_user_free(user);
    if (flag.fixed >= 0) same(std::to_string(flag.fixed), right, "fixed");
  }

 private:
  SidekickText value_at(uint64_t handle, uint32_t index) const {
    SidekickBytes bytes;
    check(sidekick_attribute_name(client_, handle, index, &bytes), "sidekick_attribute_name");
    std::string name = taken(&bytes);
    for (const auto &[own, value] : attributes_) {
      if (own.bytes == name) return value.view();
    }
    return {nullptr, 0};
  }

  static void fetch(void *context, uint32_t index, SidekickText *text) {
    const Question *self = static_cast<const Question *>(context);
    *text = index == SIDEKICK_USER_KEY ? self->user_key_.view() : self->values_.at(index);
  }

  const SidekickClient *client_;
  Text flag_key_, user_key_;
  bool default_;
  std::vector<std::pair<Text, Text>> attributes_;
  std::vector<SidekickText> values_;
};

std::vector<std::string> one_by_one(const std::string &bytes) {
  std::vector<std::string> pieces;
  for (char byte : bytes) pieces.emplace_back(1, byte);
  if (pieces.empty()) pieces.emplace_back();
  return pieces;
}

// However a stream is cut, the client ends up the same.
void every_cut(const std::string &bytes) {
  auto after = [](const std::vector<std::string> &pieces) {
    Client client(0);
    client.event(SIDEKICK_EVENT_START, 0);
    client.connected(1, 200, {true, "text/event-stream"}, {false, ""});
    client.bytes(2, pieces, false);
    return std::make_tuple(client.exported(SIDEKICK_EXPORT_FLAGS_JSON), client.exported(SIDEKICK_EXPORT_SNAPSHOT), client.state().status,
                           client.said(SIDEKICK_OUTPUT_KIND_ERROR));
  };
  auto whole = after({bytes});
  if (after(one_by_one(bytes)) != whole) fail("byte by byte it is another");
  for (size_t at = 1; at < bytes.size(); ++at) {
    if (after({bytes.substr(0, at), bytes.substr(at)}) != whole) fail("cut at " + std::to_string(at) + " it is another");
  }
}

void holds(const Client &client, const Words &words) {
  same(STATUSES[client.state().status], words[1], "status");
  same(client.id(), words[2], "id");
  size_t count = (words.size() - 3) / 2;
  same(std::to_string(client.state().flag_count), std::to_string(count), "flags");
  for (size_t at = 3; at + 1 < words.size(); at += 2) {
    Text key = text(words[at]);
    SidekickFlag flag;
    check(sidekick_resolve(client.get(), key.data(), key.size(), &flag), "sidekick_resolve");
    same(std::to_string(flag.revision), words[at + 1], "revision of " + key.bytes);
  }
}

void run(std::unique_ptr<Client> &client, const Words &words) {
  static const std::map<std::string, SidekickEvent> events = {{"start", SIDEKICK_EVENT_START},
                                                               {"disconnected", SIDEKICK_EVENT_DISCONNECTED},
                                                               {"timeout", SIDEKICK_EVENT_TIMEOUT},
                                                               {"retry", SIDEKICK_EVENT_RETRY},
                                                               {"close", SIDEKICK_EVENT_CLOSE}};
  const std::string &word = words[0];
  auto number = [&](size_t at) { return std::stoull(words.at(at)); };
  if (word == "new") {
    client = std::make_unique<Client>(std::stoull(words.at(1), nullptr, 16));
  } else if (auto event = events.find(word); event != events.end()) {
    client->event(event->second, number(1));
  } else if (word == "connected") {
    client->connected(number(1), static_cast<uint16_t>(number(2)), text(words.at(3)), text(words.at(4)));
  } else if (word == "bytes") {
    client->bytes(number(1), {text(words.at(2)).bytes}, true);
  } else if (word == "cut") {
    client->bytes(number(1), one_by_one(text(words.at(2)).bytes), true);
  } else if (word == "import") {
    client->import(text(words.at(1)), words.at(2), text(words.at(3)));
  } else if (word == "expect") {
    std::string right;
    for (size_t at = 1; at < words.size(); ++at) right += (at > 1 ? " " : "") + words[at];
    same(client->said(), right, "outputs");
  } else if (word == "faulted") {
    same(client->said(SIDEKICK_OUTPUT_KIND_ERROR), words.at(1), "error");
  } else if (word == "waits") {
    uint64_t wake = std::stoull(client->said(SIDEKICK_OUTPUT_KIND_WAKE_AT));
    if (wake < number(1) || wake > number(2)) fail("it waits until " + std::to_string(wake));
  } else if (word == "holds") {
    holds(*client, words);
  } else if (word == "json") {
    same(hexed(client->exported(SIDEKICK_EXPORT_FLAGS_JSON)), words.at(1), "JSON");
  } else if (word == "export") {
    same(hexed(client->exported(SIDEKICK_EXPORT_SNAPSHOT)), words.at(1), "snapshot");
  } else if (word == "answers") {
    Question(client->get(), words).is_answered(words.at(1));
  } else if (word == "fixed") {
    Text key = text(words.at(1));
    SidekickFlag flag;
    SidekickError error = sidekick_resolve(client->get(), key.data(), key.size(), &flag);
    bool is_fixed = error == SIDEKICK_ERROR_NONE && flag.fixed >= 0;
    same(is_fixed ? std::to_string(flag.fixed & 1) : "-", words.at(2), "fixed");
  } else if (word == "everycut") {
    every_cut(text(words.at(1)).bytes);
  } else {
    fail("the script has a word that nobody knows: " + word);
  }
}

}  // namespace

int main() {
  std::unique_ptr<Client> client;
  unsigned long cases = 0, all = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    if (words.empty()) fail("the script has an empty line");
    if (words[0] == "case") {
      current = text(words.at(1)).bytes;
      ++cases;
    } else if (words[0] == "cases") {
      same(std::to_string(cases), words.at(2), "cases of " + words.at(1));
      all += cases;
      cases = 0;
    } else {
      run(client, words);
    }
  }
  if (all == 0) fail("the script is empty");
  std::cout << "replay: " << all << " cases ok\n";
}
