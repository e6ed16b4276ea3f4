// msgpack-cxx, header-only and without Boost, included in one place.

#pragma once

#ifndef MSGPACK_NO_BOOST
#define MSGPACK_NO_BOOST
#endif

#include <msgpack.hpp>
