# Stands in for the package that fbjni comes as on Android.
add_library(fbjni::fbjni INTERFACE IMPORTED)
set_target_properties(fbjni::fbjni PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}")
