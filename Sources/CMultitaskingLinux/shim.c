#include "CMultitaskingLinux.h"
