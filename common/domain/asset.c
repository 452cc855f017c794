#include "domain/asset.h"

const char *asset_kind_name(AssetKind kind)
{
    static const char *const NAMES[] = {[ASSET_NONE] = NULL,
                                        [ASSET_PLATE] = "lift",
                                        [ASSET_EQUIPMENT] = "equipment",
                                        [ASSET_COMPONENT] = "component",
                                        [ASSET_DEVICE] = "device"};
    return NAMES[kind];
}
