// Stands in for fbjni and for the part of Java's native interface that an app's entry uses. There is no Java here.

#pragma once

#include <functional>

struct JavaVM;
struct _jmethodID;
using jmethodID = _jmethodID*;
using jint = int;

#define JNIEXPORT extern "C" __attribute__((visibility("default")))
#define JNICALL

namespace facebook::jni {

inline jint initialize(JavaVM*, std::function<void()> act) {
  act();
  return 0;
}

}  // namespace facebook::jni
