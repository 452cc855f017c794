#ifndef ONECASE_TESTS_START_VALUES_H
#define ONECASE_TESTS_START_VALUES_H

#include "domain/model_data.h"

/*
 * The weights that the model page starts with, in place of those that measurement made of them: its examples are told in these.
 */
static inline void start_values(Model *model)
{
    static const int32_t TEXT[] = {4500, 3900, 1300, -500, -1800};
    static const int32_t BURST[] = {6500, 5500, 4000, 1500, -1000, -4800};
    ModelWeights *weights = &model->weights;
    weights->link = 4500;
    weights->label_differs = -6000;
    weights->asset_differs_text = -8000;
    weights->asset_equal_text = 16000;
    weights->place[PLACE_P3] = 17500;
    weights->place[PLACE_P7] = 17500;
    weights->point_conflicts = -4000;
    weights->same_group = 2200;
    weights->same_letter = 0;
    weights->unknown_class = 0;
    weights->unsure_same = weights->unsure_akin = weights->unsure_other = 0;
    weights->unrelated = -3900;
    weights->same_aspect = 500;
    weights->reporter_place = 2300;
    weights->reporter_other_class = 2300;
    weights->reporter_home = 9000;
    weights->reporter_again = 9000;
    for (size_t i = 0; i < model->text_count; i++)
        model->text[i].weight_mb = TEXT[i];
    for (size_t i = 0; i < model->burst.count; i++)
        model->burst.steps[i].weight_mb = BURST[i];
}

#endif
