# How everything is compiled: C++20, warnings as errors, hardened, and sanitized on request.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

set(WIREDESK_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
option(WIREDESK_FUZZ "Build the fuzz targets with libFuzzer; needs Clang" OFF)

add_library(wiredesk_compiler INTERFACE)
target_compile_options(wiredesk_compiler INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align -Woverloaded-virtual
  -Wimplicit-fallthrough -Werror
  # GCC 12 sees overlaps in std::string's operator+ that aren't there (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # Clang, which builds the fuzz targets, does not know all of GCC's warnings that the code names.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-unknown-warning-option>)
# The oldest x86-64 that Hyperscan runs on; faster kernels are chosen at run time.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v2)
endif()

if(WIREDESK_SANITIZE)
  add_compile_options(-fsanitize=${WIREDESK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${WIREDESK_SANITIZE})
  # GCC's own manual warns of false reports of this kind under sanitizers; std::regex sets them off.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
else()
  add_compile_options(-fstack-protector-strong -fcf-protection)
  add_compile_options("$<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()
if(WIREDESK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
