// What LLVM's ThreadSanitizer calls in Rust's code, and GCC's runtime has by the names of the functions themselves.

#if !defined(__clang__)

#include <cstring>

extern "C" {
void *__tsan_memcpy(void *to, const void *from, size_t length);
void *__tsan_memmove(void *to, const void *from, size_t length);
void *__tsan_memset(void *to, int byte, size_t length);
}

void *__tsan_memcpy(void *to, const void *from, size_t length) { return std::memcpy(to, from, length); }
void *__tsan_memmove(void *to, const void *from, size_t length) { return std::memmove(to, from, length); }
void *__tsan_memset(void *to, int byte, size_t length) { return std::memset(to, byte, length); }

#endif
