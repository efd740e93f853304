// Links the native library for Android with the NDK of the app.

group = "dev.sidekick.sidekick_flutter"
version = "0.1.0"

plugins {
    id("com.android.library")
}

android {
    namespace = "dev.sidekick.sidekick_flutter"
    compileSdk = 34
    // The one that the app has.
    ndkVersion = android.ndkVersion

    defaultConfig {
        minSdk = 21
        ndk {
            // Those that Flutter builds apps for.
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64")
        }
    }

    externalNativeBuild {
        cmake {
            path = file("CMakeLists.txt")
        }
    }
}
